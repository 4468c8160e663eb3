"""Checks JSON Web Tokens: ones signed with the project's own secret, or ones of a Cognito user pool.

Environment, one of the two: JWT_SECRET_ARN (Secrets Manager; HS256) or JWKS_URL (RS256, such as
``https://cognito-idp.<region>.amazonaws.com/<pool>/.well-known/jwks.json``). JWT_SECRET is the secret itself, for a
pod that gets it from a Kubernetes secret. JWT_ISSUER and JWT_AUDIENCE are checked where they are set.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, Self

import jwt

KEEP_SECONDS = 300
"""How long a secret is believed to be current; what a rotation has ended opens nothing after that."""
ASK_SECONDS = 10
"""How soon a token that no known secret has signed makes us ask for a newer one (CONF-SEC-05). The first token after a
rotation is let in by it, and forged tokens cost no more than a question every so often."""
LAST_KNOWN_SECONDS = 3_600
"""How long keys go on being believed, since they were last read, while nobody can say what is current: Secrets Manager
or the user pool does not answer. A key that was ended meanwhile opens for so long at most; after it nobody gets in."""
_STAGES = ("AWSCURRENT", "AWSPREVIOUS")
_LEAST_SECRET = 32
"""Bytes that HS256 asks for: https://www.rfc-editor.org/rfc/rfc7518#section-3.2"""


class Keys(Protocol):
    """The keys that a token may be signed with."""

    def __call__(self, token: str, /, *, anew: bool = False) -> list[Any]:
        """Those that are known; with ``anew``, which follows a token that none of them fits, what is newer."""
        ...


class InvalidTokenError(Exception):
    """A token that is missing, forged, over, or somebody else's; the message never holds the token."""


class Verifier:
    """Gives the claims of good tokens."""

    def __init__(self, keys: Keys, algorithm: str, issuer: str | None = None, audience: str | None = None) -> None:
        self._keys = keys
        self._algorithm = algorithm
        self._issuer = issuer
        self._audience = audience

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises KeyError when the environment names no key."""
        checks = (environment.get("JWT_ISSUER"), environment.get("JWT_AUDIENCE"))
        if "JWKS_URL" in environment:
            return cls(_published(environment["JWKS_URL"]), "RS256", *checks)
        if "JWT_SECRET" in environment:
            secret = environment["JWT_SECRET"]
            return cls(lambda _, *, anew=False: [] if anew else [secret], "HS256", *checks)
        return cls(stored(environment["JWT_SECRET_ARN"]), "HS256", *checks)

    def claims(self, token: str | None) -> dict[str, Any]:
        """The claims, among them ``sub`` and ``exp``. Raises InvalidTokenError, or why no key can be had."""
        if not token:
            raise InvalidTokenError("no token")
        error: Exception | None = None
        try:
            for key in self._candidates(token):
                try:
                    return self._decode(token, key)
                except jwt.InvalidSignatureError as wrong:
                    error = wrong
        except jwt.PyJWKClientConnectionError:
            raise  # which says nothing about the token
        except (jwt.PyJWTError, UnicodeError) as wrong:
            error = wrong
        raise InvalidTokenError(str(error)) from error

    def _candidates(self, token: str) -> Iterator[Any]:
        """The known keys; then, should none of them fit, newer ones."""
        yield from self._keys(token)
        yield from self._keys(token, anew=True)

    def _decode(self, token: str, key: Any) -> dict[str, Any]:
        claims = jwt.decode(
            token,
            key,
            algorithms=[self._algorithm],
            issuer=self._issuer,
            audience=self._audience,
            options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
        )
        return dict(claims)


class _Stored:
    """Reads the secret again when it may be another by now, and does without while it cannot be had."""

    def __init__(self, arn: str, client: Any, clock: Callable[[], float]) -> None:
        self._arn = arn
        self._client = client
        self._clock = clock
        self._kept: list[Any] = []
        self._read = self._failed = float("-inf")

    def __call__(self, _token: str, *, anew: bool = False) -> list[Any]:
        if self._due(anew):
            self._ask()
        elif anew:
            return []
        return list(self._kept)

    def _due(self, anew: bool) -> bool:
        now = self._clock()
        if now >= self._read + LAST_KNOWN_SECONDS:
            return True
        return now >= max(self._read + (ASK_SECONDS if anew else KEEP_SECONDS), self._failed + ASK_SECONDS)

    def _ask(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # only here: the WebSocket server may do without

        now = self._clock()
        try:
            self._client = self._client or _secrets_manager()
            self._kept = [secret for stage in _STAGES if (secret := _secret(self._client, self._arn, stage))]
            self._read = now
        except (BotoCoreError, ClientError) as error:
            if now >= self._read + LAST_KNOWN_SECONDS:
                raise
            self._failed = now
            print(f"the secret cannot be read, so the one last known is used: {error!r}")


def stored(arn: str, client: Any = None, clock: Callable[[], float] = time.monotonic) -> Keys:
    """The secret in Secrets Manager and the one before it, so that a rotation ends nobody's session."""
    return _Stored(arn, client, clock)


def _secrets_manager() -> Any:
    """A client that gives up well within the ten seconds that an authorizer has."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return boto3.client("secretsmanager", config=config)


def _secret(client: Any, arn: str, stage: str) -> str | None:
    """One version's value, the key ``secret`` of it if it is JSON; None when there is no such version."""
    try:
        value = client.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        return None
    if value.startswith("{"):
        value = json.loads(value)["secret"]
    if len(value.encode()) < _LEAST_SECRET:
        raise ValueError(f"{stage} of {arn} has fewer than {_LEAST_SECRET} bytes")
    return str(value)


class _Published(jwt.PyJWKClient):
    """Fetches a user pool's keys, and does with those it had while the pool does not answer."""

    _last: tuple[float, Any] = (float("-inf"), None)

    def fetch_data(self) -> Any:
        try:
            found = super().fetch_data()
        except (jwt.PyJWTError, ValueError, OSError) as error:
            # Also an answer without keys, such as a page of a proxy's. What is given is kept for KEEP_SECONDS more.
            if time.monotonic() >= self._last[0] + LAST_KNOWN_SECONDS - KEEP_SECONDS:
                raise jwt.PyJWKClientConnectionError("the keys cannot be read") from error
            print(f"the keys cannot be read, so those last known are used: {error!r}")
            return self._last[1]
        self._last = (time.monotonic(), found)
        return found


def _published(url: str) -> Keys:
    """The keys that a user pool publishes, fetched anew when a token names one that is not known yet.

    Kept as a set only: a key kept by its name would open for as long as the process lives, withdrawn or not.
    """
    known = _Published(url, cache_keys=False, lifespan=KEEP_SECONDS, timeout=3, cooldown_duration=ASK_SECONDS)
    return lambda token, *, anew=False: [] if anew else [known.get_signing_key_from_jwt(token).key]
