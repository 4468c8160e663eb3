"""Every setting that is text of a form has an example of it, for whoever wrote it otherwise."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

import systems
from settings import Settings, SettingsError
from settings.examples import examples
from settings.stack import parse


def forms(document: Any, schema: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Patterns of a schema, each with the examples that stand there or, of one of several types, around it."""
    if isinstance(schema, dict):
        if "pattern" in schema:
            around = above[-2] if len(above) > 1 and isinstance(above[-1], list) else {}
            yield schema["pattern"], [*examples(document, schema), *around.get("examples", ())]
        for key, below in schema.items():
            if key not in ("default", "examples", "title", "description"):
                yield from forms(document, below, (*above, schema))
    elif isinstance(schema, list):
        for below in schema:
            yield from forms(document, below, (*above, schema))


@pytest.mark.parametrize("system", systems.NAMES)
def test_every_form_has_an_example_that_it_takes(system: str) -> None:
    document = systems.SETTINGS[system].model_json_schema(by_alias=True)
    found = list(forms(document, document))
    assert [pattern for pattern, shown in found if not shown] == []
    assert [(pattern, shown) for pattern, shown in found if not re.search(pattern, shown[0])] == []


class Bin(Settings):
    label: Annotated[str, Field(pattern="^[a-z]+$", examples=["paper"])] = "glass"


class Yard(Settings):
    bins: tuple[Bin, ...] = ()
    named: dict[Annotated[str, Field(pattern="^[a-z]$")], Bin] = Field(default_factory=dict)
    tags: tuple[Annotated[str, Field(pattern="^t[0-9]$", examples=["t1"])], ...] | None = None
    plain: str = Field(default="x", pattern="^.$")
    silent: str | None = Field(default=None, pattern="^.$")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"bins": [{}, {"label": "A"}]},
            "settings.bins[1].label: 'A' has not the form that is taken here; for example 'paper'",
        ),
        (
            {"named": {"b": {"label": "1"}}},
            "settings.named.b.label: '1' has not the form that is taken here; for example 'paper'",
        ),
        ({"named": {"bb": {}}}, "settings.named.bb: 'bb' has not the form that is taken here"),
        ({"tags": ["t1", "x"]}, "settings.tags[1]: 'x' has not the form that is taken here; for example 't1'"),
        ({"plain": "xx"}, "settings.plain: 'xx' has not the form that is taken here; for example 'x'"),
        ({"silent": "xx"}, "settings.silent: 'xx' has not the form that is taken here"),
    ],
)
def test_a_message_shows_an_example_and_no_regular_expression(given: dict[str, Any], line: str) -> None:
    config = {"aws:region": "eu-west-1", "strata:system": "yard", "strata:environment": "dev"}
    with pytest.raises(SettingsError) as caught:
        parse("dev", {**config, "strata:settings": json.dumps(given)}, {"yard": Yard})
    assert caught.value.lines == [f"Pulumi.dev.yaml: {line}"]


class Fleet(Settings):
    kinds: Annotated[tuple[Literal["small", "large"], ...], Field(min_length=1)]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["huge"], ["settings.kinds[0]: 'huge' is not allowed; one of: small, large"]),
        ([], ["settings.kinds: has 0 entries; at least 1"]),
    ],
)
def test_a_wrong_entry_is_one_mistake_and_not_an_empty_list_too(kinds: list[str], said: list[str]) -> None:
    config = {"aws:region": "eu-west-1", "strata:system": "fleet", "strata:environment": "dev"}
    with pytest.raises(SettingsError) as caught:
        parse("dev", {**config, "strata:settings": json.dumps({"kinds": kinds})}, {"fleet": Fleet})
    assert caught.value.lines == [f"Pulumi.dev.yaml: {line}" for line in said]
