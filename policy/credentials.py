"""Which configuration values are credentials written down, by their names and by their looks."""

import re
from typing import Any

_NAME = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|token|api_?key|access_?key|secret_?key|private_?key|credentials?)$",
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REFERENCE = re.compile(
    r"^(arn:|/|\./|https?://|[$]|\{\{|<|true$|false$|yes$|no$|none$|enabled$|disabled$|\d{1,6}$)", re.IGNORECASE
)
_OBJECT = re.compile(r"^[a-z]+(-[a-z0-9]+)*$")  # a Kubernetes object's name: `tlsSecret: api-tls`
_PATH = re.compile(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$")  # a secret's name, such as records/api
# Formats as their issuers document them, such as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_FORMATS = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(ghp|gho|ghs|ghu)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{40,}|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\b(sk|rk)_live_[A-Za-z0-9]{16,}"
)
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:(?P<password>[^/\s@]+)@", re.IGNORECASE)


def is_credential(name: Any, value: Any) -> bool:
    """Whether a known text is a credential: by its format, or by a name such as DB_PASSWORD or clientSecret.

    Names and addresses of secrets (ARNs, paths, `$` and `{{` references) are not; neither is what is unknown.
    """
    if not isinstance(value, str) or not value:
        return False
    if _FORMATS.search(value) or has_credentials_in_url(value):
        return True
    return isinstance(name, str) and _names_one(name) and not _refers(name, value)


def has_credentials_in_url(value: Any) -> bool:
    """Whether a known text holds a URL with a password in it."""
    found = _IN_URL.search(value) if isinstance(value, str) else None
    return found is not None and not found["password"].startswith(("$", "{", "<", "*"))


def _names_one(name: str) -> bool:
    return _NAME.search(_CAMEL.sub("_", name).replace("-", "_").replace(".", "_").lower()) is not None


def _refers(name: str, value: str) -> bool:
    """Whether the value says where the credential is: an address, a path, the name of a Secret."""
    if _REFERENCE.match(value) or _PATH.match(value):
        return True
    return name.lower().endswith("secret") and (name.startswith("existing") or _OBJECT.match(value) is not None)
