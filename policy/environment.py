"""Which environment a stack is: as its configuration says, else as its name does."""

import re
from collections.abc import Mapping

PROD = "prod"
# A stack whose environment is none of these is held to what production must fulfil.
_LESSER = frozenset({"dev", "development", "test", "staging", "sandbox", "local"})
_PRODUCTION = frozenset({PROD, "production"})
_WORD = re.compile(r"[A-Za-z]+")


def environment_of(stack: str, config: Mapping[str, str] | None = None, project: str = "") -> str:
    """`dev`, `staging`, `prod` …: the value of `<project>:environment` in the stack's configuration, where it is given.

    Without it, by the words of the stack's name: `dev`, `consulting-dev`, `dev-dr` and `eu-dev2` are dev. A name
    with no such word, or with `prod` in it, is production, so that a new name is never judged more mildly.
    """
    given = (config or {}).get(f"{project}:environment", "").strip().lower()
    if given:
        return PROD if given in _PRODUCTION else given
    words = [word.lower() for word in _WORD.findall(stack)]
    lesser = [word for word in words if word in _LESSER]
    return PROD if not lesser or not _PRODUCTION.isdisjoint(words) else lesser[-1]
