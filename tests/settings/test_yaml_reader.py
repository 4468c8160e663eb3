"""YAML that Pulumi reads otherwise, or that no stack file has a use for, is refused in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import yaml_reader
from settings.yaml_reader import MOST_DEPTH, MOST_VALUES, YamlError

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join([f'*{before}'] * 10)}]\n" for before, now in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-0x1F", -31),
        ("0b101", 5),
        ("0o17", 15),
        ("017", 15),  # strconv.ParseInt with base 0 takes it for octal
        ("0812", 812.0),  # no octal number, but a float
        ("1_000", 1000),
        ("_1", "_1"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        ("1.2.3", "1.2.3"),
        ("13:30", "13:30"),
        (str(2**64 - 1), 2**64 - 1),
        (str(2**64), float(2**64)),
        ("9" * 400, "9" * 400),  # beyond what a float holds
        ("'12'", "12"),
        ('"true"', "true"),
        ("2026-1", "2026-1"),
    ],
)
def test_plain_scalars_are_what_pulumi_takes_them_for(text: str, value: object) -> None:
    found = yaml_reader.load(f"a: {text}\n")["a"]
    assert found == value
    assert type(found) is type(value)


def test_structures() -> None:
    text = "a: {b: [1, {c: d}], 443: e}\nf: |\n  two\n  lines\n"
    assert yaml_reader.load(text) == {"a": {"b": [1, {"c": "d"}], "443": "e"}, "f": "two\nlines\n"}


def test_anchors_and_merges() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{x: 4}, *a]}\nd: *a\n"
    assert yaml_reader.load(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 4, "y": 2},
        "d": {"x": 1, "y": 2},
    }


def test_nothing_is_none() -> None:
    assert yaml_reader.load("") is None
    assert yaml_reader.load("# a comment\n") is None


@pytest.mark.parametrize(
    ("text", "path", "what"),
    [
        ("a: {b: 1, c: 2, b: 3}", "a.b", "line 1, column 17: is given twice, first in line 1"),
        ("a: 1\n'a': 2", "a", "line 2, column 1: is given twice, first in line 1"),
        ("a: !!int abc", "a", "line 1, column 4: the tag tag:yaml.org,2002:int is not taken; values are plain"),
        ("a: !mine {b: 1}", "a", "line 1, column 4: the tag !mine is not taken; values are plain"),
        ("a: &x [*x]", "a[0]", "line 1, column 8: *x is no anchor that has ended before"),
        ("a: *x", "a", "line 1, column 4: *x is no anchor that has ended before"),
        ("a: 2026-01-31", "a", "line 1, column 4: 2026-01-31 is a date to Pulumi, which writes it another way; "),
        ("a: {2026-01-31: 1}", "a", "line 1, column 5: 2026-01-31 is a date to Pulumi"),
        ("a: {true: 1}", "a", "line 1, column 5: a key is text; put it in quotes"),
        ("a: {[b]: 1}", "a", "line 1, column 5: a key is text; put it in quotes"),
        ("a: .inf", "a", "line 1, column 4: .inf is no number that a setting can have"),
        ('a: "b\\0"', "a", "line 1, column 4: holds the control character U+0000"),
        ('"b\\x1b": 1', "", "line 1, column 1: holds the control character U+001B"),
        ("a: {<<: 1}", "a", "line 1, column 5: << takes in mappings and nothing else"),
        ("a: 1\n---\nb: 2\n", "", "line 2, column 1: a second document begins; a stack file is one"),
        ("a: [", "", "is not valid YAML: line 2, column 1: "),
        ("a: \x07", "", "is not valid YAML: "),
        (f"a: {'[' * 1000}", f"a{'[0]' * (MOST_DEPTH - 1)}", f"line 1, column 35: is nested more than {MOST_DEPTH}"),
        (LAUGHS, "", f"more than {MOST_VALUES:,} values"),
    ],
)
def test_what_is_refused(text: str, path: str, what: str) -> None:
    with pytest.raises(YamlError) as caught:
        yaml_reader.load(text)
    assert what in caught.value.what
    assert caught.value.path.startswith(path)


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!<>|#?%@`'\"\\ \n\t,0.1~=x_é"), max_size=60))
def test_whatever_stands_there_is_read_or_refused_in_one_line(text: str) -> None:
    said = "read"
    try:
        yaml_reader.load(text)
    except YamlError as error:
        said = error.what
    assert len(said.splitlines()) == 1
