from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.data.gp3 import Gp3Settings

SIZES = st.integers(1, 70_000)
FIGURES = st.none() | st.integers(0, 70_000)


def accepted(**figures: Any) -> bool:
    try:
        Gp3Settings(**figures)
    except ValidationError:
        return False
    return True


@given(SIZES, FIGURES, FIGURES)
def test_takes_exactly_what_rds_takes(size: int, iops: int | None, throughput: int | None) -> None:
    inside = 20 <= size <= 65_536
    striped = size >= 400 or (iops is None and throughput is None)
    bounds = (iops is None or 12_000 <= iops <= 64_000) and (throughput is None or 500 <= throughput <= 4_000)
    ratio = throughput is None or throughput * 4 <= (iops or 12_000)
    assert accepted(storage_gib=size, iops=iops, throughput_mibps=throughput) is (
        inside and striped and bounds and ratio
    )


@pytest.mark.parametrize(
    ("figures", "fine"),
    [
        ({"storage_gib": 1000, "iops": 16_000, "throughput_mibps": 500}, True),
        ({"storage_gib": 400, "iops": 12_000}, True),
        ({"storage_gib": 399, "iops": 12_000}, False),
        ({"storage_gib": 500, "iops": 3_000, "throughput_mibps": 125}, False),
        ({"storage_gib": 500, "iops": 16_000, "throughput_mibps": 4_000}, True),
        ({"storage_gib": 500, "iops": 15_999, "throughput_mibps": 4_000}, False),
        ({"storage_gib": 500, "throughput_mibps": 3_000}, True),
        ({"storage_gib": 500, "throughput_mibps": 3_001}, False),
    ],
)
def test_known_cases(figures: dict[str, int], fine: bool) -> None:
    assert accepted(**figures) is fine


@pytest.mark.parametrize(
    ("size", "limit", "fine"), [(20, 1000, True), (100, 110, True), (100, 109, False), (20, 20, False)]
)
def test_growth_is_a_tenth_at_least(size: int, limit: int, fine: bool) -> None:
    assert accepted(storage_gib=size, max_storage_gib=limit) is fine


def test_one_figure_brings_the_baseline_of_the_other() -> None:
    assert Gp3Settings(storage_gib=500).provisioned == (None, None)
    assert Gp3Settings(storage_gib=500, iops=16_000).provisioned == (16_000, 500)
    assert Gp3Settings(storage_gib=500, throughput_mibps=600).provisioned == (12_000, 600)


def test_the_message_names_the_key_and_the_bound() -> None:
    with pytest.raises(ValidationError) as caught:
        Gp3Settings(storage_gib=100, iops=16_000)
    (error,) = caught.value.errors()
    assert error["loc"] == ("iops",)
    assert "cannot be set below 400 GiB (storageGib is 100)" in error["msg"]
