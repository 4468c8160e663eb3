"""Address ranges: what is the internet, and what is not."""

import pytest

from policy.exposure import internet, parts_of_internet, width
from policy.model import UNKNOWN


@pytest.mark.parametrize(
    ("cidr", "found"),
    [
        ("10.1.0.0/16", (4, 16)),
        ("10.1.2.3/16", (4, 16)),  # with bits of a host
        ("::/0", (6, 0)),
        ("", None),
        ("nonsense", None),
        (UNKNOWN, None),
        (167772160, None),  # 10.0.0.0 as a number, which no input of AWS takes
    ],
)
def test_the_width_of_a_range(cidr: object, found: tuple[int, int] | None) -> None:
    assert width(cidr) == found


@pytest.mark.parametrize(
    ("cidr", "is_internet"),
    [
        ("0.0.0.0/0", True),
        ("128.0.0.0/1", True),
        ("2.0.0.0/7", True),
        ("10.0.0.0/8", False),
        ("3.0.0.0/8", True),
        ("3.0.0.0/9", False),
        ("100.64.0.0/10", False),
        ("::/0", True),
        ("2000::/15", True),
        ("2600::/16", False),
        ("fc00::/7", False),
        ("fd00::/8", False),
        (UNKNOWN, False),
    ],
)
def test_large_parts_of_the_internet_stand_for_it(cidr: object, is_internet: bool) -> None:
    assert internet(cidr) is is_internet


@pytest.mark.parametrize(
    ("ranges", "parts"),
    [
        (["0.0.0.0/0", "10.0.0.0/8"], ["0.0.0.0/0"]),
        (["3.0.0.0/9", "18.0.0.0/9"], ["3.0.0.0/9", "18.0.0.0/9"]),
        (["3.0.0.0/9", "18.0.0.0/9", "10.0.0.0/9", "fd00::/16"], ["3.0.0.0/9", "18.0.0.0/9"]),
        (["3.0.0.0/9", "3.0.0.0/9"], []),
        (["3.0.0.0/9", "3.0.0.0/10", "3.64.0.0/10"], []),  # the same addresses again
        (["10.0.0.0/9", "10.128.0.0/9", "172.16.0.0/12", "192.168.0.0/16"], []),
        (["2600::/16", "2a00::/16"], ["2600::/16", "2a00::/16"]),
        (["2600::/17", "2a00::/17", "3.0.0.0/9"], []),
        (["203.0.113.0/24", "nonsense", "198.51.100.7"], []),
    ],
)
def test_ranges_that_together_are_the_internet(ranges: list[str], parts: list[str]) -> None:
    assert parts_of_internet(ranges) == parts
