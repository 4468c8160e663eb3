"""Sets of IP addresses, and what is known of such a set: what surely belongs to it, and what may.

Versions 4 and 6 lie on one line, far apart, so that one set holds both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range

Span = tuple[int, int]
_SIX = 1 << 33
"""Where version 6 begins: beyond all of version 4, with a gap so that no span holds both."""


@dataclass(frozen=True)
class Addresses:
    """A set of addresses as spans that are sorted and apart."""

    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __or__(self, other: "Addresses") -> "Addresses":
        if not self.spans or not other.spans:
            return self if self.spans else other
        return union((self, other))

    def __and__(self, other: "Addresses") -> "Addresses":
        if self.spans == other.spans:
            return self
        return Addresses(tuple(_common(self.spans, other.spans)))

    def __sub__(self, other: "Addresses") -> "Addresses":
        return Addresses(tuple(_without(self.spans, other.spans)))

    def covers(self, other: "Addresses") -> bool:
        """Whether all of the other set is in this one."""
        return not other - self

    def cidrs(self) -> list[str]:
        """The set as ranges in the usual form."""
        return [cidr for span in self.spans for cidr in _summarized(span)]


def union(sets: Iterable[Addresses]) -> Addresses:
    """All addresses of several sets."""
    merged: list[Span] = []
    for first, last in sorted(span for found in sets for span in found.spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return Addresses(tuple(merged))


@lru_cache(maxsize=4096)
def of(cidr: str) -> Addresses | None:
    """The addresses of a range, or of a single address; None for a text that is neither."""
    try:
        found = ip_network(cidr, strict=False)
    except ValueError:
        return None
    start = int(found.network_address) + (0 if found.version == 4 else _SIX)
    return Addresses(((start, start + found.num_addresses - 1),))


def of_all(cidrs: Iterable[str]) -> Addresses:
    """The addresses of several ranges; what is none is left out."""
    return _of_all(tuple(cidrs))


@lru_cache(maxsize=4096)
def _of_all(cidrs: tuple[str, ...]) -> Addresses:
    return union(found for cidr in cidrs if (found := of(cidr)))


def six(found: Addresses) -> bool:
    """Whether any of them is of version 6."""
    return any(last >= _SIX for _, last in found.spans)


def _common(mine: tuple[Span, ...], others: tuple[Span, ...]) -> Iterator[Span]:
    """What is in both, each gone through once: spans are sorted."""
    at, beside = 0, 0
    while at < len(mine) and beside < len(others):
        (first, last), (begin, end) = mine[at], others[beside]
        if first <= end and begin <= last:
            yield (first if first > begin else begin), (last if last < end else end)
        if last < end:
            at += 1
        else:
            beside += 1


def _without(mine: tuple[Span, ...], others: tuple[Span, ...]) -> Iterator[Span]:
    """What is in the one and not in the other, each gone through once."""
    beside = 0
    for first, last in mine:
        left = first
        while beside < len(others) and others[beside][1] < left:
            beside += 1
        at = beside
        while left <= last and at < len(others) and others[at][0] <= last:
            begin, end = others[at]
            if left < begin:
                yield left, begin - 1
            left = end + 1
            at += 1
        if left <= last:
            yield left, last


@lru_cache(maxsize=4096)
def _summarized(span: Span) -> tuple[str, ...]:
    first, last = span
    if first < _SIX:
        return tuple(map(str, summarize_address_range(IPv4Address(first), IPv4Address(last))))
    return tuple(map(str, summarize_address_range(IPv6Address(first - _SIX), IPv6Address(last - _SIX))))


NOWHERE = Addresses()
ALL4 = of_all(["0.0.0.0/0"])
ALL6 = of_all(["::/0"])
ALL = ALL4 | ALL6
# https://www.iana.org/assignments/iana-ipv4-special-registry: what no router of the internet carries. The ranges for
# documentation stand for somebody's public addresses in many a test, and nobody routes them elsewhere.
INTERNET4 = ALL4 - of_all(
    ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
     "224.0.0.0/4", "240.0.0.0/4"]
)  # fmt: skip
INTERNET6 = of_all(["2000::/3"])
INTERNET = INTERNET4 | INTERNET6


@dataclass(frozen=True)
class Bounds:
    """A set of which not all is known: what surely belongs to it, what may, and what it would take to know."""

    certain: Addresses
    possible: Addresses
    why: tuple[str, ...] = ()

    def __and__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.certain & other.certain, self.possible & other.possible, self.why + other.why)


def exactly(known: Addresses) -> Bounds:
    """A completely known set of addresses."""
    return Bounds(known, known)
