"""Settings of a REST API: throttling, cache, compression, CORS, domain."""

from typing import Literal, Self

from pydantic import Field, model_validator

from settings import DomainName, MisfitError, Problem, Settings
from settings.services.edge import ApiName, HttpsOrigin, StageName


class RestApiSettings(Settings):
    """Limits, cache and address of a REST API.

    ``burst_limit`` and ``rate_limit`` (requests a second) hold for each method. 5,000 and 10,000 are what all APIs of
    an account and region have together by default:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html

    ``cache_gib`` rents a cache by the hour for the routes that say what their answers depend on; answers stay in it for
    ``cache_seconds``: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
    Answers of ``minimum_compression_bytes`` and more are compressed for callers that take it.
    ``cors_origin`` is a web site on another domain whose pages may call the API.
    ``authorizer_cache_seconds`` is how long the word of an authorizer holds for the credentials it was given for.

    A ``domain`` needs a certificate, and closes the address that API Gateway gives.
    """

    api_name: ApiName | None = None
    """A fixed name, which the metrics go by; otherwise the stack's and the component's."""
    stage_name: StageName | None = None
    """By default the environment's name."""
    burst_limit: int = Field(default=5000, ge=1)
    """How many requests a method takes at one moment."""
    rate_limit: int = Field(default=2000, ge=1)
    """How many requests a second a method takes in the long run."""
    cache_gib: Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"] | None = None
    """The size of a cache, paid for by the hour. Left out, there is none."""
    cache_seconds: int = Field(default=300, ge=1, le=3600)
    """For how long an answer stays in the cache."""
    minimum_compression_bytes: int | None = Field(default=1024, ge=0, le=10485760)
    """From what size on answers are compressed; ``null`` for never."""
    cors_origin: HttpsOrigin | None = None
    """The one site whose pages may read what API Gateway itself answers."""
    authorizer_cache_seconds: int = Field(default=300, ge=0, le=3600)
    """For how long the authorizer's decision on a token holds."""
    domain: DomainName | None = None
    """The API's own name, which needs a certificate, and closes the address that API Gateway gives."""

    @model_validator(mode="after")
    def _burst_allows_rate(self) -> Self:
        if self.burst_limit * 10 < self.rate_limit:
            raise MisfitError(
                Problem("burstLimit", f"{self.burst_limit} lets a rateLimit of {self.rate_limit} never be reached")
            )
        return self
