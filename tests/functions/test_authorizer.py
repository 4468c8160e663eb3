"""The authorizers: whose token is good, what they pass on, and what they refuse."""

import functools
import json
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from authorizer import handlers, tokens
from authorizer.tokens import InvalidTokenError, Verifier
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from .events import CONNECT_ARN, METHOD_ARN, judged_connect, judged_request, judged_token

SECRET = "a secret of at least thirty-two bytes"
KEPT = handlers.verifier
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:jwt-secret-a1b2c3"
HALF = "\ud800"
"""Of a letter of UTF-16, which JSON has a form for and UTF-8 has not."""
LATE, EARLY = 4_000_000_000, 1_000_000_000
"""Ends of tokens that lie in the future and in the past for as long as this project is likely to live."""


@functools.cache
def key_pair(name: str) -> tuple[rsa.RSAPrivateKey, dict[str, str]]:
    """A private key, whose making takes the most of a test's time, and what a user pool publishes of it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private, json.loads(RSAAlgorithm.to_jwk(private.public_key())) | {"kid": name, "use": "sig"}


def token(secret: Any = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    made = {"sub": "ada", "exp": LATE, "permissions": ["space:docs:write", "page:a:read"], **claims}
    return jwt.encode({name: value for name, value in made.items() if value is not None}, secret, algorithm)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A verifier that reads the environment anew."""
    monkeypatch.setenv("JWT_SECRET", SECRET)
    monkeypatch.setattr(handlers, "verifier", Verifier.from_environment)


def rest(sent: str) -> dict[str, Any]:
    return handlers.rest(judged_request({"Authorization": sent}), None)


def effect(answer: dict[str, Any]) -> tuple[str, str]:
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    return statement["Effect"], statement["Resource"]


def test_a_good_token_opens_the_stage_and_says_whose_it_is() -> None:
    answer = rest(f"Bearer {token(name='Ada')}")
    assert effect(answer) == ("Allow", METHOD_ARN.replace("GET/api/pages/7", "*"))
    assert answer["principalId"] == "ada"
    assert answer["context"] == {
        "userId": "ada",
        "name": "Ada",
        "permissions": "space:docs:write page:a:read",
        "expires": LATE,
    }


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer ",
        "Bearer nonsense",
        f"Basic {token()}",
        f"Bearer {token(exp=EARLY)}",
        f"Bearer {token(exp=None)}",
        f"Bearer {token(sub=None)}",
        f"Bearer {token('another secret of thirty-two bytes')}",
        f"Bearer {jwt.encode({'sub': 'ada', 'exp': LATE}, '', algorithm='none')}",
        f"Bearer {token(permissions=['page:x:read'] * 600)}",
        f"Bearer {token(permissions=7)}",
        f"Bearer {token(permissions={'page:x:read': True})}",
        f"Bearer {jwt.encode({'sub': 'ada', 'exp': LATE, 'permissions': None}, SECRET, 'HS256')}",
        f"Bearer {token(sub='')}",
        f"Bearer {token(sub='a' * 256)}",
        f"Bearer {token(exp=1e300)}",
        f"Bearer {token(exp=float('inf'))}",
        f"Bearer {token(name=HALF)}",
        f"Bearer {token(sub=HALF)}",
        f"Bearer {token(permissions=[HALF])}",
        "Bearer \udce4.nonsense.e30",  # a byte that is no ASCII, as the WebSocket server reads headers
    ],
)
def test_any_other_token_opens_nothing(sent: str) -> None:
    answer = rest(sent)
    assert effect(answer) == ("Deny", METHOD_ARN)
    assert "context" not in answer


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_the_library_does_not_take_the_algorithm_from_the_token() -> None:
    assert effect(rest(f"Bearer {token(algorithm='HS512')}"))[0] == "Deny"


@pytest.mark.parametrize(
    "asked",
    [
        lambda made: judged_connect({"authorization": f"bearer {made}"}),
        lambda made: judged_connect({"Sec-WebSocket-Protocol": f"bearer, {made}"}),
        lambda made: judged_connect(query={"token": made}),
    ],
)
def test_a_socket_may_bring_its_token_in_three_ways(asked: Any) -> None:
    assert effect(handlers.sockets(asked(token()), None)) == ("Allow", CONNECT_ARN)


def test_an_authorizer_of_type_token_gets_nothing_but_the_token() -> None:
    assert effect(handlers.rest(judged_token(f"Bearer {token()}"), None))[0] == "Allow"


def test_a_rest_call_may_not_bring_it_in_its_url() -> None:
    assert effect(handlers.rest(judged_request(query={"token": token()}), None))[0] == "Deny"
    assert effect(handlers.sockets(judged_connect(), None))[0] == "Deny"


def test_permissions_may_be_text_under_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMISSIONS_CLAIM", "scope")
    answer = rest(f"Bearer {token(scope='page:a:read page:b:write')}")
    assert answer["context"]["permissions"] == "page:a:read page:b:write"


class SecretsManager:
    """Holds a secret by stage."""

    def __init__(self, **stages: str) -> None:
        self.stages = stages
        self.reads = 0
        self.error: Exception | None = None
        self.exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def get_secret_value(self, **call: str) -> dict[str, str]:
        assert call["SecretId"] == ARN
        self.reads += 1
        if self.error is not None:
            raise self.error
        return {"SecretString": self.stages[call["VersionStage"]]}


NEXT = "the next secret of thirty-two bytes!"


def test_a_rotated_secret_ends_nobodys_session_and_opens_the_next_at_once() -> None:
    manager, now = SecretsManager(AWSCURRENT=SECRET), [0.0]
    verifier = Verifier(tokens.stored(ARN, manager, lambda: now[0]), "HS256")
    old, new = token(), token(NEXT)
    assert verifier.claims(old)["sub"] == "ada"
    now[0] = tokens.ASK_SECONDS
    manager.stages = {"AWSCURRENT": json.dumps({"secret": NEXT}), "AWSPREVIOUS": SECRET}
    assert verifier.claims(new)["sub"] == verifier.claims(old)["sub"] == "ada"


def test_a_secret_that_was_rotated_away_opens_nothing_after_minutes() -> None:
    manager, now = SecretsManager(AWSCURRENT=SECRET), [0.0]
    verifier = Verifier(tokens.stored(ARN, manager, lambda: now[0]), "HS256")
    verifier.claims(token())
    manager.stages = {"AWSCURRENT": NEXT, "AWSPREVIOUS": NEXT[::-1]}
    now[0] = tokens.KEEP_SECONDS
    with pytest.raises(InvalidTokenError):
        verifier.claims(token())


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://secretsmanager.us-east-1.amazonaws.com"),
        ClientError({"Error": {"Code": "InternalServiceError", "Message": "down"}}, "GetSecretValue"),
    ],
)
def test_while_secrets_manager_is_down_the_last_known_secret_goes_on_for_an_hour(error: Exception) -> None:
    manager, now = SecretsManager(AWSCURRENT=SECRET), [0.0]
    verifier = Verifier(tokens.stored(ARN, manager, lambda: now[0]), "HS256")
    held = token()
    verifier.claims(held)
    manager.error, reads = error, manager.reads
    for second in range(tokens.KEEP_SECONDS, tokens.LAST_KNOWN_SECONDS, tokens.ASK_SECONDS // 4):
        now[0] = float(second)
        assert verifier.claims(held)["sub"] == "ada"
    asked = manager.reads - reads
    assert asked == (tokens.LAST_KNOWN_SECONDS - tokens.KEEP_SECONDS) // tokens.ASK_SECONDS, "now and then"
    with pytest.raises(InvalidTokenError):
        verifier.claims(token(NEXT))
    now[0] = float(tokens.LAST_KNOWN_SECONDS)
    for _ in range(2):
        with pytest.raises(type(error)):
            verifier.claims(token())
    manager.error, manager.stages = None, {"AWSCURRENT": NEXT, "AWSPREVIOUS": NEXT}
    assert verifier.claims(token(NEXT))["sub"] == "ada"
    with pytest.raises(InvalidTokenError):
        verifier.claims(token())


def test_without_ever_a_secret_an_outage_is_no_refusal() -> None:
    manager = SecretsManager()
    manager.error = EndpointConnectionError(endpoint_url="https://secretsmanager.us-east-1.amazonaws.com")
    with pytest.raises(EndpointConnectionError):
        Verifier(tokens.stored(ARN, manager), "HS256").claims(token())


def test_forged_tokens_are_no_way_to_have_the_secret_read_again_and_again() -> None:
    manager, now = SecretsManager(AWSCURRENT=SECRET, AWSPREVIOUS=SECRET), [0.0]
    verifier = Verifier(tokens.stored(ARN, manager, lambda: now[0]), "HS256")
    verifier.claims(token())
    reads = manager.reads
    for second in range(2 * tokens.ASK_SECONDS):
        now[0] = float(second)
        with pytest.raises(InvalidTokenError):
            verifier.claims(token(NEXT))
    assert manager.reads == reads + 2, "once, of two stages"


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match=r"AWSCURRENT of arn:.* has fewer than 32 bytes") as raised:
        tokens.stored(ARN, SecretsManager(AWSCURRENT="short"))("")
    assert "short" not in str(raised.value)


def test_the_secret_is_read_from_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.client", lambda _, config: SecretsManager(AWSCURRENT=SECRET))
    verifier = Verifier.from_environment({"JWT_SECRET_ARN": ARN})
    assert verifier.claims(token())["sub"] == "ada"
    with pytest.raises(KeyError):
        Verifier.from_environment({})


def test_tokens_of_a_user_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    private, published = key_pair("one")
    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", lambda _: {"keys": [published]})
    environment = {"JWKS_URL": "https://pool.example.com/jwks.json", "JWT_ISSUER": "https://pool.example.com"}
    verifier = Verifier.from_environment(environment | {"JWT_AUDIENCE": "client"})

    def signed(**claims: Any) -> str:
        made = {"sub": "ada", "exp": LATE, "iss": "https://pool.example.com", "aud": "client", **claims}
        return jwt.encode(made, private, "RS256", headers={"kid": claims.pop("kid", "one")})

    assert verifier.claims(signed())["sub"] == "ada"
    for wrong in ({"iss": "https://other.example.com"}, {"aud": "other"}, {"kid": "two"}):
        with pytest.raises(InvalidTokenError):
            verifier.claims(signed(**wrong))
    with pytest.raises(InvalidTokenError):
        verifier.claims(token())


def test_a_key_that_is_withdrawn_opens_nothing_after_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    published = {name: key_pair(name)[1] for name in ("one", "withdrawn")}
    withdrawn, _ = key_pair("withdrawn")
    fetched, now = [], [0.0]

    def fetch(client: jwt.PyJWKClient) -> Any:
        fetched.append(now[0])
        return {"keys": list(published.values())}

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fetch)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    verifier = Verifier.from_environment({"JWKS_URL": "https://pool.example.com/jwks.json"})
    signed = jwt.encode({"sub": "ada", "exp": LATE}, withdrawn, "RS256", headers={"kid": "withdrawn"})
    assert verifier.claims(signed)["sub"] == "ada"
    del published["withdrawn"]
    now[0] = tokens.KEEP_SECONDS - 1.0
    verifier.claims(signed)
    now[0] = tokens.KEEP_SECONDS + 1.0
    with pytest.raises(InvalidTokenError):
        verifier.claims(signed)
    assert len(fetched) > 1


@pytest.mark.parametrize(
    "failure",
    [
        jwt.PyJWKClientConnectionError("down"),
        jwt.PyJWKClientError("no object"),
        jwt.PyJWKSetError("no usable keys"),
        json.JSONDecodeError("a page of a proxy's", "<html>", 0),
        ConnectionResetError("in the middle of the answer"),
    ],
    ids=repr,
)
def test_while_a_user_pool_is_down_its_last_known_keys_go_on_for_an_hour(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    private, published = key_pair("one")
    now, down = [0.0], [False]

    def fetch(_client: jwt.PyJWKClient) -> Any:
        if down[0]:
            raise failure
        return {"keys": [published]}

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fetch)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    signed = jwt.encode({"sub": "ada", "exp": LATE}, private, "RS256", headers={"kid": "one"})
    verifier = Verifier.from_environment({"JWKS_URL": "https://pool.example.com/jwks.json"})
    verifier.claims(signed)
    down[0] = True
    for second in range(0, tokens.LAST_KNOWN_SECONDS, 100):
        now[0] = float(second)
        assert verifier.claims(signed)["sub"] == "ada"
    now[0] = tokens.LAST_KNOWN_SECONDS + 1.0
    with pytest.raises(jwt.PyJWKClientConnectionError):
        verifier.claims(signed)
    down[0] = False
    assert verifier.claims(signed)["sub"] == "ada"


def test_a_warm_function_keeps_its_verifier() -> None:
    KEPT.cache_clear()
    assert KEPT() is KEPT()
    KEPT.cache_clear()


@pytest.mark.parametrize("sent", [token("another secret of thirty-two bytes"), "no.token.whatsoever", token(exp=EARLY)])
def test_what_is_refused_is_told_of_without_the_token(sent: str, capsys: pytest.CaptureFixture[str]) -> None:
    handlers.rest(judged_request({"Authorization": f"Bearer {sent}"}), None)
    handlers.sockets(judged_connect(query={"token": sent}), None)
    said = capsys.readouterr().out
    assert said.count("refused: ") == 2
    assert not [part for part in sent.split(".") if part in said.split()]
    assert sent not in said
