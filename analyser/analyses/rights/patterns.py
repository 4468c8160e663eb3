"""How ARN patterns lie to each other; `*` stands for any text, `?` for one character."""

import re
from enum import IntEnum
from functools import lru_cache


class Match(IntEnum):
    """How much of what is asked about a pattern holds for."""

    NONE = 0
    PART = 1
    ALL = 2


_VARIABLE = re.compile(r"\$\{[^}]*\}")


def match(patterns: tuple[str, ...], asked: str) -> Match:
    """How much of ``asked``, itself a pattern, the patterns hold for. A policy variable may be anything."""
    return max((_match(pattern, asked) for pattern in patterns), default=Match.NONE)


def all_but(patterns: tuple[str, ...], asked: str) -> Match:
    """The same for a list of what is left out."""
    return Match(Match.ALL - match(patterns, asked))


def matches(pattern: str, value: str) -> bool:
    """Whether a plain value is one that the pattern stands for."""
    return _regex(pattern).fullmatch(value) is not None


def _match(pattern: str, asked: str) -> Match:
    bare = _VARIABLE.sub("*", pattern)
    if bare == pattern and matches(pattern, asked):
        return Match.ALL
    return Match.PART if _overlap(bare, asked) else Match.NONE


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "[^*]" if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL)


@lru_cache(maxsize=4096)
def _overlap(one: str, other: str) -> bool:
    """Whether some text fits both, by the pairs of places that the two patterns can be at together."""
    seen: set[tuple[int, int]] = set()
    waiting = [(0, 0)]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        left, right = one[at[0] :], other[at[1] :]
        if not left and not right:
            return True
        if left[:1] == "*":
            waiting.append((at[0] + 1, at[1]))
        if right[:1] == "*":
            waiting.append((at[0], at[1] + 1))
        if left and right and _same(left[0], right[0]):
            waiting.append((at[0] + (left[0] != "*"), at[1] + (right[0] != "*")))
    return False


def _same(left: str, right: str) -> bool:
    return left == right or left in "*?" or right in "*?"
