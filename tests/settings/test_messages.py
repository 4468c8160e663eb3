"""What is said of wrong settings: where, what is allowed, an example; no regular expression and no word of Python's."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

import systems
from settings import Name, Settings, SettingsError
from settings.form import Form
from settings.stack import PROJECT, parse
from tests.settings.legal import Candidates, candidates, examples, schema_of

ONE_OF_EACH = (
    "collaboration-prod",
    "confluence-lambda",
    "confluence-prod",
    "consulting-prod",
    "mdreader-amplify",
    "prod",
)
WRONG = (
    None,
    True,
    7,
    -1,
    2**70,
    1.5,
    "",
    "?",
    "é",
    "a b",
    "x" * 300,
    "__a",
    "aws",
    [],
    [7],
    {},
    {"a b": 7},
    "[secret]",
)
JARGON = re.compile(
    r"NoneType|\b(None|True|False|dict|tuple|str|int|bool|JSON|pydantic|Traceback)\b|Value error|[Ii]nput should|"
    r"should (match|be)|\\[dwsSnx]|\[a-z|\(\?|\^\(|<class|[a-z]_[a-z]\w*: "
)


def forms(document: Any, schema: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, list[str]]]:
    """Places of a schema with a pattern, each with the examples there or, of one of several types, around it."""
    if isinstance(schema, dict):
        if "pattern" in schema:
            around = above[-2] if len(above) > 1 and isinstance(above[-1], list) else {}
            yield schema, [*examples(document, schema), *around.get("examples", ())]
        for key, below in schema.items():
            if key not in ("default", "examples", "title", "description"):
                yield from forms(document, below, (*above, schema))
    elif isinstance(schema, list):
        for below in schema:
            yield from forms(document, below, (*above, schema))


@pytest.mark.parametrize("system", systems.NAMES)
def test_every_form_is_said_in_words_and_has_an_example_that_it_takes(system: str) -> None:
    document = schema_of(systems.SETTINGS[system])
    found = list(forms(document, document))
    assert [place for place, shown in found if not shown] == []
    assert [(place, shown) for place, shown in found if not re.search(place["pattern"], shown[0])] == []
    said = [place.get("patternErrorMessage", "is not a domain name") for place, _ in found]
    assert [words for words in said if not words.startswith("is not ")] == []


def spoilt(value: Any, wrong: Any) -> Any:
    """The same tree with a wrong value in place of every leaf, and of every entry of a list."""
    if isinstance(value, dict) and value:
        return {key: spoilt(below, wrong) for key, below in value.items()}
    if isinstance(value, list) and value:
        return [spoilt(below, wrong) for below in value]
    return wrong


def misnamed(value: Any) -> Any:
    """The same tree with every key of every mapping spelled as nobody spells one."""
    if isinstance(value, dict):
        return {f"{key} é": misnamed(below) for key, below in value.items()}
    return value


def said_of(found: Candidates, settings: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse(found.stack, {**found.file.config, f"{PROJECT}:settings": json.dumps(settings)}, systems.SETTINGS)
    return caught.value.lines


@pytest.mark.parametrize("stack", ONE_OF_EACH)
def test_no_message_speaks_python_or_in_patterns(stack: str) -> None:
    found = candidates(stack)
    lines = [line for wrong in WRONG for line in said_of(found, spoilt(found.whole, wrong))]
    mappings = {key: value for key, value in found.given.items() if isinstance(value, dict)}
    lines += [line for key in mappings for line in said_of(found, {**found.given, key: misnamed(mappings[key])})]
    assert len(lines) > 1000
    assert [line for line in lines if JARGON.search(line)] == []
    assert [line for line in lines if not line.startswith(f"Pulumi.{stack}.yaml: settings.")] == []
    assert [line for line in lines if len(line.splitlines()) != 1 or len(line) > 1500] == []


class Bin(Settings):
    label: Annotated[str, Form("[a-z]+", "a word", "paper")] = "glass"


class Yard(Settings):
    bins: tuple[Bin, ...] = ()
    named: dict[Annotated[str, Form("[a-z]", "a letter", "a")], Bin] = Field(default_factory=dict)
    tags: tuple[Annotated[str, Form("t[0-9]", "a tag", "t1", most=2)], ...] | None = None
    owner: Name | None = None


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"bins": [{}, {"label": "A"}]}, "settings.bins[1].label: 'A' is not a word, such as paper"),
        ({"named": {"b": {"label": "1"}}}, "settings.named.b.label: '1' is not a word, such as paper"),
        ({"named": {"1": {}}}, "settings.named.1: '1' is not a letter, such as a"),
        ({"tags": ["t1", "x"]}, "settings.tags[1]: 'x' is not a tag, such as t1"),
        ({"tags": ["t12"]}, "settings.tags[0]: has 3 characters; at most 2"),
        ({"tags": ["t1\n"]}, "settings.tags[0]: has 3 characters; at most 2"),
        ({"bins": [{"label": "a\n"}]}, "settings.bins[0].label: 'a\\n' is not a word, such as paper"),
        ({"owner": 3}, "settings.owner: 3 is not text (put it in quotes)"),
    ],
)
def test_a_message_says_the_form_in_words_and_shows_an_example(given: dict[str, Any], line: str) -> None:
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
