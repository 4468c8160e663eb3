"""Stack files are read as the Pulumi CLI would read them."""

import json
from pathlib import Path

import pytest

from settings import SettingsError, stackfile


def read(folder: Path, text: str | bytes) -> stackfile.StackFile:
    path = folder / "Pulumi.dev.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return stackfile.read(folder, "dev")


def problem(folder: Path, text: str | bytes) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    (line,) = str(caught.value).splitlines()
    return line


def test_values_become_text_and_keys_get_the_projects_namespace(tmp_path: Path) -> None:
    file = read(
        tmp_path, "config:\n  aws:region: us-east-1\n  system: shop\n  strata:settings: {size: 2, on: [true]}\n"
    )
    assert file.config == {
        "aws:region": "us-east-1",
        "strata:system": "shop",
        "strata:settings": '{"size": 2, "on": [true]}',
    }
    assert file.secret_keys == []


def test_scalars_are_what_pulumi_takes_them_for(tmp_path: Path) -> None:
    text = "config: {a: {texts: [yes, on, 13:30, 1e, 1.2.3], numbers: [12, 0x1f, 1.5, 1e3], truth: [true, False]}}\n"
    assert json.loads(read(tmp_path, text).config["strata:a"]) == {
        "texts": ["yes", "on", "13:30", "1e", "1.2.3"],
        "numbers": [12, 31, 1.5, 1000.0],
        "truth": [True, False],
    }


def test_secrets_are_named_and_never_read(tmp_path: Path) -> None:
    file = read(tmp_path, "config: {strata:token: {secure: AAABcipher}}\n")
    assert file.secret_keys == ["strata:token"]
    assert file.config == {"strata:token": "[secret]"}


def test_a_secret_within_a_value_makes_a_secret_of_it(tmp_path: Path) -> None:
    file = read(tmp_path, "config: {strata:settings: {keys: [{secure: AAABcipher}], size: 2}}\n")
    assert file.secret_keys == ["strata:settings"]
    assert file.config == {"strata:settings": '{"keys": ["[secret]"], "size": 2}'}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfconfig: {a: b}\n").config == {"strata:a": "b"}


@pytest.mark.parametrize("stack", ["../dev", "de\x00v", "", "a/b", "x" * 101])
def test_what_cannot_be_a_stack_has_no_file(tmp_path: Path, stack: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    with pytest.raises(SettingsError, match=r"there is no such stack file; .*stacks here: dev"):
        stackfile.read(tmp_path, stack)


def test_a_file_without_config_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "encryptionsalt: v1\n").config == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("config: [", "Pulumi.dev.yaml: is not valid YAML: line 2, column 1: "),
        ("a: 1\n  b: 2\n", "Pulumi.dev.yaml: is not valid YAML: line 2, column 4: "),
        ("- a\n", "Pulumi.dev.yaml: is not a mapping with a config key"),
        ("", "Pulumi.dev.yaml: is not a mapping with a config key"),
        ("config: [a]\n", "Pulumi.dev.yaml: config: is not a mapping"),
        (b"\xff\xfe\x00c", "Pulumi.dev.yaml: is not"),
        (
            "config: {}\nsecretprovider: x\n",
            "Pulumi.dev.yaml: secretprovider: unknown key; did you mean secretsprovider? ",
        ),
        (
            "config: {system: a, strata:system: b}\n",
            "Pulumi.dev.yaml: config.strata:system: is given twice, also as system",
        ),
        ("config: {strata:config:a: 1, a: 2}\n", "Pulumi.dev.yaml: config.a: is given twice, also as strata:config:a"),
        ("config: {a:b:c: 1}\n", "Pulumi.dev.yaml: config.a:b:c: is no key of a configuration; "),
        ("config: {'a:': 1}\n", "Pulumi.dev.yaml: config.a:: is no key"),
        ("config: {a: }\n", "Pulumi.dev.yaml: config.a: has no value"),
        (
            "config: {a: {b: 1, b: 2}}\n",
            "Pulumi.dev.yaml: config.a.b: line 1, column 20: is given twice, first in line 1",
        ),
        (b"x" * (1024 * 1024 + 1), "Pulumi.dev.yaml: is larger than 1024 KiB"),
    ],
)
def test_what_is_no_stack_file(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert problem(tmp_path, text).startswith(said)


def test_a_missing_file_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: strata\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    with pytest.raises(SettingsError, match=r"Pulumi\.dev\.yaml: there is no such stack file; stacks here: prod"):
        stackfile.read(tmp_path, "dev")


def test_stacks_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev.yaml", "other.yaml"):
        (tmp_path / name).write_text("config: {}\n")
    assert stackfile.stack_names(tmp_path) == ["dev", "prod"]
