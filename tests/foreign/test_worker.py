"""What runs a program in its own process, asked without one."""

import runpy
from pathlib import Path

import pytest

WORKER = runpy.run_path(str(Path(__file__).resolve().parents[2] / "analyser/run/foreign/worker.py"), run_name="worker")
HERE = Path(__file__).name


def test_the_place_of_an_error_is_where_it_led_from(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert WORKER["place"](caught.value, str(Path(__file__).parent)).startswith(f"{HERE}:")
    assert WORKER["place"](caught.value, str(tmp_path)) == ""


def test_errors_that_lead_to_one_another_have_no_place(tmp_path: Path) -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    assert WORKER["place"](first, str(tmp_path)) == ""
