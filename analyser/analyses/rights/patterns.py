"""Containment and overlap of ARN patterns with `*` and `?`.

A pattern is compared part by part, as IAM does: a wildcard does not reach over the colons of an ARN's first five
parts, and parts that are left out at the end are any.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Final


class Match(IntEnum):
    """How much of what is asked about a pattern holds for."""

    NONE = 0
    PART = 1
    ALL = 2


_VARIABLE = re.compile(r"\$\{[^}]*\}")
STAR, MARK, DOLLAR = "\ue000", "\ue001", "\ue002"
"""In a pattern: the characters themselves, where `*`, `?` and `$` would mean something."""
_ITSELF: Final = {STAR: "*", MARK: "?", DOLLAR: "$"}
_LITERAL: Final = str.maketrans({"*": STAR, "?": MARK, "$": DOLLAR})
_SHOWN: Final = str.maketrans({STAR: "${*}", MARK: "${?}", DOLLAR: "$"})
_MEANING: Final = re.compile(f"[*?${STAR}{MARK}{DOLLAR}]")
_PARTS: Final = 6
"""Of an ARN; the last may hold colons."""


def literal(value: str) -> str:
    """A text as a pattern that stands for it alone."""
    return value.translate(_LITERAL)


def shown(pattern: str) -> str:
    """A pattern as a policy has it."""
    return pattern.translate(_SHOWN)


def match(patterns: tuple[str, ...], asked: str) -> Match:
    """How much of ``asked``, itself a pattern, the patterns hold for. A policy variable may be anything."""
    most = Match.NONE
    for pattern in patterns:
        most = max(most, _match(pattern, asked))
        if most is Match.ALL:
            break
    return most


def all_but(patterns: tuple[str, ...], asked: str) -> Match:
    """The same for a list of what is left out."""
    return Match(Match.ALL - match(patterns, asked))


def matches(pattern: str, value: str) -> bool:
    """Whether a plain value is one that the pattern stands for."""
    return _regex(pattern).fullmatch(value) is not None


def arn_matches(pattern: str, value: str) -> bool:
    """The same part by part."""
    return _match(pattern, literal(value)) is Match.ALL


@lru_cache(maxsize=16384)
def _match(pattern: str, asked: str) -> Match:
    least = Match.ALL
    for one, other in _pairs(pattern, asked):
        least = min(least, _text_match(one, other))
        if least is Match.NONE:
            break
    return least


def _pairs(pattern: str, asked: str) -> Iterator[tuple[str, str]]:
    if not pattern.startswith("arn:") or not asked.startswith("arn:"):
        return iter(((pattern, asked),))
    return zip(_parts(pattern), _parts(asked), strict=True)


def _parts(arn: str) -> list[str]:
    found = arn.split(":", _PARTS - 1)
    return found + ["*"] * (_PARTS - len(found))


def _text_match(pattern: str, asked: str) -> Match:
    if not _MEANING.search(pattern) and not _MEANING.search(asked):
        return Match.ALL if pattern == asked else Match.NONE
    bare = _VARIABLE.sub("*", pattern)
    if bare == pattern and matches(pattern, asked):
        return Match.ALL
    return Match.PART if _overlap(bare, asked) else Match.NONE


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    """Of texts, and of patterns: what stands for itself there fits `*`, `?` and itself."""
    parts = (".*" if part == "*" else "[^*]" if part == "?" else _either(part) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL)


def _either(text: str) -> str:
    return "".join(f"[{re.escape(one)}{re.escape(_ITSELF[one])}]" if one in _ITSELF else re.escape(one) for one in text)


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
