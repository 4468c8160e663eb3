"""Which configuration values are credentials written down, by their names and by their looks."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

# What names of credentials end in, and what may follow it: which one, not what about it.
_NAME = re.compile(
    r"(^|_)(\w*password|passwd|pass|pwd|passphrase|client_?secret|secret|\w*token|api_?key|access_?key|secret_?key"
    r"|secret_?access_?key|private_?key|pre_?shared_?key|(encryption|signing|master|auth|account|shared|jwt|session)_?key"
    r"|credentials?|connection_?string)(_(v?\d+|primary|secondary|main|old|new|current|previous|prod|dev|live))*$",
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REFERENCE = re.compile(
    r"^(arn:|/|\./|https?://|\$([{(]|[A-Za-z_][A-Za-z0-9_]*$)|\{\{|<|true$|false$|yes$|no$|none$|enabled$|disabled$"
    r"|\d{1,6}$)",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"^[a-z]+(-[a-z0-9]+)*$")  # a Kubernetes object's name: `tlsSecret: api-tls`
_CLIENTS = re.compile(r"(client|consumer|shared|jwt|session|cookie|webhook|auth)_?secret$")  # never an object's name
_PATH = re.compile(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$")  # a secret's name, such as records/api
_SECRET_ACCESS_KEY = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$")
# Formats as their issuers document them, such as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
# More of them, each with its source: https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml
_FORMATS = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{40,}|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w{20,}"
    r"|\b(sk|rk)_(live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/]{24,}"
    r"|\bsk-(ant-|proj-|svcacct-)[A-Za-z0-9_-]{20,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ"
    r"|\bAIza[A-Za-z0-9_-]{35}|\bGOCSPX-[A-Za-z0-9_-]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgE[A-Za-z0-9_-]{40,}"
    r"|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bhf_[A-Za-z]{34}\b|\bdo[opr]_v1_[a-f0-9]{64}\b"
    r"|\bhvs\.[A-Za-z0-9_-]{24,}|\bdapi[a-f0-9]{32}\b|\bpul-[a-f0-9]{40}\b|\bdckr_pat_[A-Za-z0-9_-]{20,}"
    r"|\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}|\bAccountKey=[A-Za-z0-9+/]{80,}"
)
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:(?P<password>[^/\s@]+)@", re.IGNORECASE)
# A file of properties, YAML or a shell: a name, and what it is set to.
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:=]\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
_LEAST = 5  # characters of a value that its name alone makes a credential


def is_credential(name: Any, value: Any) -> bool:
    """Whether a known text is a credential: by its format, or by a name such as DB_PASSWORD or clientSecret.

    Names and addresses of secrets (ARNs, paths, `$` and `{{` references) are not; neither is what is unknown.
    """
    if not isinstance(value, str) or not value:
        return False
    if has_format(value) or _holds_one(value):
        return True
    return isinstance(name, str) and len(value) >= _LEAST and _names_one(name) and not _refers(name, value)


@lru_cache(maxsize=8192)
def has_format(value: str) -> bool:
    """Whether a text holds what can be nothing but a credential: a key of a known issuer, a URL with a password."""
    return _FORMATS.search(value) is not None or has_credentials_in_url(value)


def _holds_one(text: str) -> bool:
    """Whether a JSON text, or a file of several lines, gives a credential to a name in it."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            content = json.loads(text)
        except ValueError:
            return False
        return any(is_credential(name, value) for _, name, value in texts(content, ""))
    return "\n" in text and any(is_credential(name, value) for name, value in _LINE.findall(text))


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
