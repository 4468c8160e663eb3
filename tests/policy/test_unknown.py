import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from policy.model import UNKNOWN, UnknownTouchedError, known, wholly_known

TOUCHES: list[Callable[[Any], object]] = [
    bool,
    len,
    list,
    int,
    float,
    lambda value: value == "x",
    lambda value: value != "x",
    lambda value: value in ("x", "y"),
    lambda value: "x" in value,
    lambda value: value > 1,
    lambda value: value[0],
    lambda value: value.startswith("x"),
]


@pytest.mark.parametrize("touch", TOUCHES)
def test_no_verdict_by_accident(touch: Callable[[Any], object]) -> None:
    with pytest.raises(UnknownTouchedError):
        touch(UNKNOWN)


def test_copies_are_itself() -> None:
    assert copy.deepcopy({"a": [UNKNOWN]})["a"][0] is UNKNOWN
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN
    assert f"{UNKNOWN}" == "<unknown>"


def test_known_looks_at_the_value_and_wholly_known_inside() -> None:
    assert known("")
    assert known([UNKNOWN])
    assert not known(UNKNOWN)
    assert wholly_known({"a": [1, {"b": None}]})
    assert not wholly_known({"a": [1, {"b": UNKNOWN}]})
