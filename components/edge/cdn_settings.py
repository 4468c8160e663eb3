"""How a distribution treats requests."""

from typing import Annotated, Literal

from pydantic import Field

from settings import DomainName, Name, Settings


class BehaviorSettings(Settings):
    """Where requests go, and for how long answers are kept at the edge.

    With ``cache_seconds`` 0 nothing is kept and the origin sees the whole request but its Host header. Otherwise
    answers that do not say how long they keep are kept so long; the origin then sees neither cookies nor headers, so
    that what is kept is the same for everybody. ``read`` leaves out the methods that change something.
    """

    origin: Name
    cache_seconds: int = Field(default=0, ge=0, le=31536000)
    methods: Literal["read", "all"] = "all"


class PathBehaviorSettings(BehaviorSettings):
    """The behaviour of some paths; ``*`` and ``?`` are wildcards."""

    path: Annotated[str, Field(pattern="^/", max_length=255)]


class CdnSettings(Settings):
    """``behaviors`` are tried in their order, then ``default`` is taken.

    ``origin_shield_region`` puts one more cache in front of the origins, in the region nearest to them:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
    """

    aliases: tuple[DomainName, ...] = Field(min_length=1)
    default: BehaviorSettings
    behaviors: dict[Name, PathBehaviorSettings] = Field(default_factory=dict)
    origin_shield_region: str | None = Field(default=None, pattern="^[a-z]{2}(-[a-z]+)+-[0-9]$")
    price_class: Literal["PriceClass_All", "PriceClass_200", "PriceClass_100"] = "PriceClass_All"
    default_root_object: str | None = Field(default=None, pattern="^[^/]+$", max_length=255)
