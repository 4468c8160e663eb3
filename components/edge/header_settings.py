"""Settings of response headers: content security policy, CORS, framing, referrer and permissions."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings import MisfitError, Problem, Settings
from settings.services.edge import LONGEST_HEADER, HeaderName, Origin, PermissionsPolicy, Source

NO_DEVICES = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
"""A Permissions-Policy for pages that use nothing of the device they are shown on."""

Directive = Literal[
    "base-uri",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "script-src",
    "style-src",
    "worker-src",
]
_OWN: dict[Directive, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "base-uri": ("'self'",),
    "connect-src": ("'self'",),
    "font-src": ("'self'", "data:"),
    "form-action": ("'self'",),
    "img-src": ("'self'", "data:", "blob:"),
    "object-src": ("'none'",),
    "script-src": ("'self'",),
    # Editors and component libraries set the style attribute of what they draw.
    "style-src": ("'self'", "'unsafe-inline'"),
    "worker-src": ("'self'", "blob:"),
}


class ContentSecurityPolicy(Settings):
    """Where a page may get things from: its own origin, but for the directives that ``sources`` replaces.

    https://www.w3.org/TR/CSP3/
    """

    sources: dict[Directive, Annotated[tuple[Source, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Sources by directive, in place of the directive's own."""

    def value(self, ancestors: str) -> str:
        """The header's value; ``ancestors`` may frame the page unless ``sources`` has ``frame-ancestors``."""
        directives = {**_OWN, "frame-ancestors": (ancestors,), **self.sources}
        listed = [f"{directive} {' '.join(sources)}" for directive, sources in directives.items()]
        return "; ".join([*listed, "upgrade-insecure-requests"])


class CrossOriginSettings(Settings):
    """Which sites' pages may read the answers; with ``credentials`` also the ones to signed-in users."""

    origins: tuple[Origin, ...] = Field(min_length=1)
    """Sites whose pages may read answers, with scheme."""
    methods: tuple[Literal["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], ...] = Field(
        default=("GET", "HEAD", "OPTIONS"), min_length=1
    )
    """What they may do."""
    headers: tuple[HeaderName, ...] = Field(default=("*",), min_length=1)
    """Headers that a request may bring."""
    expose_headers: tuple[HeaderName, ...] = ()
    """Headers of the answer that the page may read."""
    credentials: bool = False
    """Whether requests with cookies may read answers too."""
    max_age_seconds: int = Field(default=600, ge=0, le=86400)
    """For how long a browser may keep the answer to its question."""

    @model_validator(mode="after")
    def _no_wildcard_with_credentials(self) -> Self:
        """Browsers take no wildcard for an answer that came with credentials: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials"""
        if self.credentials and "*" in (*self.origins, *self.headers, *self.expose_headers):
            raise MisfitError(Problem("credentials", "name the origins and headers instead of *"))
        return self


class HeaderSettings(Settings):
    """The headers of every answer, put in place of the origin's own.

    Strict-Transport-Security for two years, no guessing of content types, framing and referrers are always said;
    the rest where it is given, since a policy that does not know the application breaks it.
    """

    frame_option: Literal["DENY", "SAMEORIGIN"] = "DENY"
    """Who may show a page in a frame: nobody, or its own origin."""
    referrer_policy: Literal["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"] = (
        "strict-origin-when-cross-origin"
    )
    """What a browser tells other sites of where a user comes from."""
    content_security_policy: ContentSecurityPolicy | None = None
    permissions_policy: PermissionsPolicy | None = None
    """What pages may use of the device, as the header spells it. Left out, the header is not sent."""
    cors: CrossOriginSettings | None = None

    @property
    def content_security(self) -> str | None:
        """The Content-Security-Policy, which lets the same pages frame this one as ``frame_option`` does."""
        if self.content_security_policy is None:
            return None
        return self.content_security_policy.value("'none'" if self.frame_option == "DENY" else "'self'")

    @model_validator(mode="after")
    def _short_enough(self) -> Self:
        if len(self.content_security or "") > LONGEST_HEADER:
            raise MisfitError(
                Problem("contentSecurityPolicy", f"CloudFront sends no more than {LONGEST_HEADER} characters")
            )
        return self
