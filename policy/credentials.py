"""Which configuration values are credentials written down, by their names and by their looks."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import log2
from typing import Any

from policy.json_text import decoded

# What names of credentials end in, and what may follow it: which one, not what about it.
_NAME = re.compile(
    r"(^|_)(\w*passwords?|passwd|pass|pwd|passphrase|client_?secret|secret|\w*token|api_?key|access_?key|secret_?key"
    r"|secret_?access_?key|private_?key|client_?key_?data|pre_?shared_?key"
    r"|(encryption|signing|master|auth|account|shared|jwt|session|license|application|hmac)_?key"
    r"|(redis|basic|http|smtp|proxy)_?auth|credentials?|connection_?string)(_(for_\w+|v?\d+|primary|secondary|main|old|new|current|previous|prod|dev|live))*$",
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REFERENCE = re.compile(
    r"^(arn:|/|\./|https?://|!(Ref|Sub|GetAtt|ImportValue|Join|Select|FindInMap|If|Base64|Split|Transform)$|\$([{(.]|[A-Za-z_][A-Za-z0-9_]*$)|\{[{%]|<|true$|false$|yes$|no$|none$|enabled$|disabled$"
    r"|(method|integration|context|stageVariables|\$context|\$request|\$stageVariables|\$input|\$util|\$ctx)\."
    r"|\d{1,6}$)",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"^[a-z]+(-[a-z0-9]+)*$")  # a Kubernetes object's name: `tlsSecret: api-tls`
_CLIENTS = re.compile(r"(client|consumer|shared|jwt|session|cookie|webhook|auth)_?secret$")  # never an object's name
_PATH = re.compile(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$")  # a secret's name, such as records/api
_SECRET_ACCESS_KEY = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$")
# Formats as their issuers document them (AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html)
# and as gitleaks detects them, at 22 July 2026: https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml
_FORMATS = re.compile(
    # All but these few begin a word, where their first letters tell most of them apart from it.
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|hooks\.slack\.com/services/T\w+/B\w+/\w{20,}"
    r"|hooks\.slack\.com/(workflows|triggers)/[A-Za-z0-9+/]{43,}|^base64:[A-Za-z0-9+/]{43}=$|\b(?:"
    + "|".join(
        (
            r"A(KIA|SIA|BIA|CCA)[A-Z0-9]{16}\b|ABSK[A-Za-z0-9+/]{100,}|bedrock-api-key-[A-Za-z0-9+/=]{20,}",
            r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
            r"ey[A-Za-z0-9]{17,}\.ey[A-Za-z0-9/_-]{17,}\.[A-Za-z0-9/_-]{10,}",  # a signed JSON web token
            r"gh[pousr]_[A-Za-z0-9]{36}\b|github_pat_[A-Za-z0-9_]{40,}",
            r"gl(pat|dt|rt|ptt|cbt|soat|agent)-[A-Za-z0-9_-]{20,}",
            r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+",
            r"[sr]k_(live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{24,}|SK[0-9a-f]{32}\b",
            r"sk-(ant-|proj-|svcacct-|admin-)[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ|pplx-[A-Za-z0-9]{48}\b",
            r"hf_[A-Za-z]{34}\b|api_org_[A-Za-z]{34}\b|AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,}",
            r"npm_[A-Za-z0-9]{36}\b|pypi-AgE[A-Za-z0-9_-]{40,}|rubygems_[a-f0-9]{48}\b|dckr_pat_[A-Za-z0-9_-]{20,}",
            r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|xkeysib-[a-f0-9]{64}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}",
            r"do[opr]_v1_[a-f0-9]{64}\b|dapi[a-f0-9]{32}\b|pul-[a-f0-9]{40}\b|pscale_(pw|tkn|oauth)_[\w.-]{32,}",
            r"hv[bs]\.[A-Za-z0-9_-]{24,}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}|glsa_[A-Za-z0-9]{32}_",
            r"[Bb]earer [A-Za-z0-9._~+/-]{24,}|s(ntrys|qu|qp)_[A-Za-z0-9+/=_-]{32,}",
            r"glc_[A-Za-z0-9+/]{32,}|AccountKey=[A-Za-z0-9+/]{80,}|shp(at|ca|pa|ss)_[a-fA-F0-9]{32}\b|lin_api_\w{40}",
        )
    )
    + ")"
)
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:(?P<password>[^/\s@]+)@", re.IGNORECASE)
# Among the parameters of a connection: `…?user=app&password=…`, `Uid=app;Pwd=…;`.
_PARAMETER = re.compile(r"[?&;]\s*(?:password|passwd|pwd|sharedaccesskey|secretkey)\s*=\s*([^&;\s]{4,})", re.IGNORECASE)
_BASIC = re.compile(r"\bBasic ([A-Za-z0-9+/]{8,}={0,2})")
# A shell that is given a variable before its command, or in it.
_ASSIGNED = re.compile(r"(?:^|[\s;])[A-Z][A-Z0-9_]*=\S")
# A variable whose value nothing but chance makes, and names of such values that are no secret.
_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]*$")
_RANDOM = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9_+/-]{28,}={0,2}$")
_NO_SECRET = re.compile(
    r"(ID|IDS|ARN|HASH|SHA\d*|DIGEST|CHECKSUM|ETAG|VERSION|FINGERPRINT|THUMBPRINT|URL|URI|PATH)(_|$)|PUBLIC|CERT"
)
_LEAST_ENTROPY = 4.2  # bits a character; detect-secrets takes 4.5 of longer texts for base64
# In a file of properties, YAML or a shell, or among arguments: a name, and what it is set to.
_SETTING = re.compile(
    r"(?:^|[\s{,;])-{0,2}[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"'#,;}{\[][^\s\"'#,;}]*)"
)
# A program, in which a value that is not in quotes is worked out, and what is in quotes there.
_PROGRAM = re.compile(
    r"\A(?!#!).*?^("
    r"\s*(export\s+)?(const|var|async function)\s+[\w{\[]|import\s[^\n]*\sfrom\s['\"]|\s*function\s+\w+\(\w"
    r")",
    re.DOTALL | re.MULTILINE,
)
_QUOTED = re.compile(r"([A-Za-z_][\w.-]*)[\"'`]?\s*[:=]\s*[\"'`]([^\s\"'`]+)")
# A schema of GraphQL, and types of it: `token: String!`.
_GRAPHQL = re.compile(r"^\s*(type|input|interface|schema)\b[^\n{:]*\{", re.MULTILINE)
_GRAPHQL_TYPE = re.compile(r"^\[*[A-Z]\w*[!\]]*$")
# What programs and templates write in place of a value: `os.environ[`, `get(`, `process.env.TOKEN`, a type.
_EXPRESSION = re.compile(r"[(\[<]|^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$|^(string|undefined|required|optional)$")
_LEAST = 5  # characters of a value that its name alone makes a credential


def is_credential(name: Any, value: Any) -> bool:
    """Whether a known text is a credential: by its format, or by a name such as DB_PASSWORD or clientSecret.

    Names and addresses of secrets (ARNs, paths, `$` and `{{` references) are not; neither is what is unknown.
    """
    if not isinstance(value, str) or len(value) < _LEAST:
        return False
    return _is_credential(name if isinstance(name, str) else "", value)


@lru_cache(maxsize=16384)
def _is_credential(name: str, value: str) -> bool:
    if has_format(value) or _holds_one(value) or _by_chance(name, value):
        return True
    return _names_one(name) and not _refers(name, value)


@lru_cache(maxsize=8192)
def has_format(value: str) -> bool:
    """Whether a text holds what can be nothing but a credential: a key of a known issuer, a URL with a password."""
    return _FORMATS.search(value) is not None or has_credentials_in_url(value) or _signs_in(value)


def _signs_in(value: str) -> bool:
    """Whether it holds a header of basic authentication, and in that a name with a password."""
    found = _BASIC.search(value)
    try:
        return found is not None and b":" in base64.b64decode(found[1], validate=True)
    except binascii.Error:
        return False


def _by_chance(name: str, value: str) -> bool:
    """Whether a variable's value is as random as a key, and its name calls it no id, hash or certificate."""
    random = _VARIABLE.match(name) and not _NO_SECRET.search(name) and _RANDOM.match(value)
    return bool(random) and _entropy(value) >= _LEAST_ENTROPY


def _entropy(text: str) -> float:
    """Bits a character, by how often each stands in the text."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * log2(share) for share in shares)


def _holds_one(text: str) -> bool:
    """Whether a JSON text, a file of several lines or an argument (`--password=…`) gives a credential to a name."""
    if text.lstrip()[:1] in ("{", "["):
        return any(is_credential(name, value) for _, name, value in texts(decoded(text), ""))
    if _PARAMETER.search(text) and not _computed_parameters(text):
        return True
    return ("\n" in text or text.startswith("--") or _ASSIGNED.search(text) is not None) and sets_one(text)


def _computed_parameters(text: str) -> bool:
    return all(_REFERENCE.match(value) or _EXPRESSION.search(value) for value in _PARAMETER.findall(text))


@lru_cache(maxsize=2048)
def sets_one(text: str) -> bool:
    """Whether a file of properties, YAML or a shell sets a name such as DB_PASSWORD to a credential."""
    return any(
        len(value) >= _LEAST and _names_one(name) and not (_computed(value) or _refers(name, value))
        for name, value in _settings(text)
    )


def _settings(text: str) -> list[tuple[str, str]]:
    if _PROGRAM.match(text):
        return _QUOTED.findall(text)
    found = _SETTING.findall(text)
    if _GRAPHQL.search(text):
        return [(name, value) for name, value in found if not _GRAPHQL_TYPE.match(value)]
    return found


def _computed(value: str) -> bool:
    return _EXPRESSION.search(value) is not None or _names_one(value)


def texts(value: Any, path: str, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text in nested values with its path and name; `{name: N, value: V}` is the text V by the name N."""
    if isinstance(value, str):
        yield path, key, value
    elif isinstance(value, dict):
        name = value.get("name", value.get("key"))
        if isinstance(name, str) and isinstance(value.get("value"), str):
            yield f"{path}.value", name if _names_one(name) else key, value["value"]
            return
        for each, member in value.items():
            yield from texts(member, f"{path}.{each}" if path else str(each), str(each))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from texts(member, f"{path}[{index}]", key)


def has_credentials_in_url(value: Any) -> bool:
    """Whether a known text holds a URL with a password in it."""
    found = _IN_URL.search(value) if isinstance(value, str) else None
    return found is not None and not found["password"].startswith(("$", "{", "<", "*"))


@lru_cache(maxsize=8192)
def _names_one(name: str) -> bool:
    return _NAME.search(_CAMEL.sub("_", name).replace("-", "_").replace(".", "_").lower()) is not None


def _refers(name: str, value: str) -> bool:
    """Whether the value says where the credential is: an address, a path, the name of a Secret."""
    if _SECRET_ACCESS_KEY.match(value):
        return False
    if _REFERENCE.match(value) or _PATH.match(value):
        return True
    if _CLIENTS.search(_CAMEL.sub("_", name).lower()):
        return False
    return name.lower().endswith("secret") and (name.startswith("existing") or _OBJECT.match(value) is not None)
