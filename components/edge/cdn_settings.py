"""How a distribution treats requests."""

from typing import Annotated, Literal

from pydantic import Field

from settings import DomainName, Name, Settings

_ORIGIN_SHIELD_REGIONS = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    }
)


def origin_shield_at(region: str) -> str | None:
    """The region of the Origin Shield for origins in ``region``: the same one, or None where CloudFront has none.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
    """
    return region if region in _ORIGIN_SHIELD_REGIONS else None


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
