"""The block ``strata:usage``: optional, typed, strict."""

import json
from pathlib import Path
from typing import Any

import pytest

from settings import Settings, SettingsError, Usage
from settings.schema import stack_file_schema
from settings.stack import Stack, parse

ROOT = Path(__file__).resolve().parents[2]


class Shop(Settings):
    """A system's settings."""


def stack(usage: Any = None) -> Stack:
    config = {"aws:region": "us-east-1", "strata:system": "shop", "strata:environment": "prod"}
    if usage is not None:
        config["strata:usage"] = usage if isinstance(usage, str) else json.dumps(usage)
    return parse("shop", config, {"shop": Shop})


def test_it_may_be_left_out() -> None:
    assert stack().usage == Usage()
    assert set(Usage().model_dump().values()) == {None}


def test_it_is_read_in_camel_case() -> None:
    assert stack({"requestMillions": 2, "logsGb": 0.5}).usage == Usage(request_millions=2, logs_gb=0.5)


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        ({"requestMillion": 2}, "usage.requestMillion: unknown key; did you mean requestMillions?"),
        ({"logs_gb": 2}, "usage.logs_gb: unknown key; did you mean logsGb?"),
        ({"logsGb": -1}, "usage.logsGb: -1 is below 0"),
        ({"logsGb": "many"}, "usage.logsGb: 'many' is not a number"),
        ("much", "usage: 'much' is not a mapping"),
        ('{"logsGb": Infinity}', "usage.logsGb: Infinity"),
    ],
)
def test_mistakes_are_told_by_their_path(usage: Any, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        stack(usage)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"Pulumi.shop.yaml: {said}")


def test_it_is_in_the_schema_of_stack_files() -> None:
    schema = stack_file_schema({"shop": Shop})
    assert schema["properties"]["config"]["properties"]["strata:usage"] == {"$ref": "#/$defs/usage"}
    usage = schema["$defs"]["usage"]
    assert usage["properties"].keys() == {field.alias for field in Usage.model_fields.values()}
    assert usage["additionalProperties"] is False


def test_every_assumption_is_documented() -> None:
    text = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    assert [f.alias for f in Usage.model_fields.values() if f"`{f.alias}`" not in text] == []
