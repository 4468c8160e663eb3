"""Settings of a CloudFront distribution: aliases, cache behaviors, price class, Origin Shield."""

from typing import Literal, Self

from pydantic import Field, model_validator

from components.edge.header_settings import HeaderSettings
from settings import DomainName, Name, Region, Settings
from settings.services.edge import CookieName, OriginKey, PathPattern, PublicKey, RootObject

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

    With ``cache_seconds`` 0 nothing is kept and the origin sees the whole request but its Host header; WebSockets pass
    as well, since their headers are among it, and may be idle for 10 minutes:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html
    Otherwise answers that do not say how long they keep are kept so long, without their cookies. ``cache_key`` says
    for whom: ``everybody``, and then the origin sees neither cookies nor headers; or the same ``viewer``, known by
    ``cookies`` (all of them where none is named) and the Authorization header, which then are what the origin sees.
    ``read`` leaves out the methods that change something.

    With ``origin_decides`` an answer is kept as long as its own Cache-Control says, and not at all without one. The
    origin sees the whole request but its Host header; the key has what such answers commonly vary by, the viewer's
    cookies and Authorization among it, so that nobody is shown what another was signed in for.

    ``single_page`` asks the bucket for ``/index.html`` instead of any path that does not end as a file of a build does.
    ``signed`` answers only URLs or cookies that one of the distribution's ``signers`` signed. ``headers`` stand in
    place of the distribution's own.
    """

    origin: OriginKey
    cache_seconds: int = Field(default=0, ge=0, le=31536000)
    origin_decides: bool = False
    cache_key: Literal["everybody", "viewer"] = "everybody"
    cookies: tuple[CookieName, ...] = Field(default=(), max_length=10)
    methods: Literal["read", "all"] = "all"
    single_page: bool = False
    signed: bool = False
    headers: HeaderSettings | None = None

    @property
    def keeps(self) -> bool:
        """Whether any answer is kept at the edge."""
        return self.origin_decides or self.cache_seconds > 0

    @model_validator(mode="after")
    def _key_makes_sense(self) -> Self:
        if self.cookies and self.cache_key == "everybody":
            raise ValueError("cookies: only cacheKey viewer tells viewers apart")
        if self.origin_decides and self.cache_seconds > 0:
            raise ValueError("cacheSeconds: the origin decides how long answers are kept")
        if self.cache_key == "viewer" and self.cache_seconds == 0:
            raise ValueError("cacheKey: nothing is kept with cacheSeconds 0")
        if self.cache_key == "viewer" and self.methods == "all":
            raise ValueError("methods: changes would reach the origin without their headers; say read, or keep nothing")
        return self


class PathBehaviorSettings(BehaviorSettings):
    """The behaviour of some paths; ``*`` and ``?`` are wildcards."""

    path: PathPattern


class CdnSettings(Settings):
    """``behaviors`` are tried in their order, then ``default`` is taken.

    Without ``aliases`` the distribution has the name and the certificate that CloudFront gives it. ``signers`` are the
    public keys, by name, of who may sign URLs or cookies; two of them while they change:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
    ``origin_shield_region`` puts one more cache before each origin whose answers are kept, in the region nearest to it:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
    """

    aliases: tuple[DomainName, ...] = ()
    default: BehaviorSettings
    behaviors: dict[Name, PathBehaviorSettings] = Field(default_factory=dict)
    origin_shield_region: Region | None = None
    price_class: Literal["PriceClass_All", "PriceClass_200", "PriceClass_100"] = "PriceClass_All"
    default_root_object: RootObject | None = None
    headers: HeaderSettings = HeaderSettings()
    signers: dict[Name, PublicKey] = Field(default_factory=dict, max_length=5)

    def shield_of(self, origin: str) -> str | None:
        """The region of this origin's shield, which only saves requests for answers that some behaviour keeps: each one
        that passes it is billed."""
        behaviors = (self.default, *self.behaviors.values())
        return self.origin_shield_region if any(b.keeps for b in behaviors if b.origin == origin) else None

    @model_validator(mode="after")
    def _somebody_signs(self) -> Self:
        if not self.signers and any(b.signed for b in (self.default, *self.behaviors.values())):
            raise ValueError("signers: a signed behaviour needs one")
        return self
