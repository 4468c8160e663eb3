"""Address ranges: what is the internet, and what is not."""

import pytest

from policy.exposure import internet, width
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
        ("::/0", True),
        ("2000::/15", True),
        ("2600::/16", False),
        (UNKNOWN, False),
    ],
)
def test_large_parts_of_the_internet_stand_for_it(cidr: object, is_internet: bool) -> None:
    assert internet(cidr) is is_internet
