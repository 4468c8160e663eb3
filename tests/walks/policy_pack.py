"""The pack in a program of another language, by its page alone: ways in, configuration, upgrade, the way out."""

from pathlib import Path

import pytest

from analyser.version import version
from tests.policy.scratch import CONFIGURED, DATABASE, FOUND, Scratch, levels, steps

LEFT = {"Pulumi.yaml", "resources.json", "yaml.py", "policy.py", "pydantic.py", ".venv"}


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    """A program with modules of its own that must not come in the pack's way."""
    scratch = Scratch(tmp_path)
    scratch.registers(DATABASE)
    for name in ("yaml", "policy", "pydantic"):
        scratch.write(f"{name}.py", f"raise RuntimeError('the program has a {name} of its own')\n")
    return scratch


def test_a_copy_is_put_in_configured_upgraded_and_taken_out(shop: Scratch) -> None:
    before = shop.follow("A copy of the folder")
    assert (before["name"], before["version"]) == ("strata-aws", version())
    assert (levels(before), before["exempt"]) == (FOUND, [])
    file, *_ = steps("Configure")
    shop.write(str(file.file), file.text)
    after = shop.preview("policy")
    assert levels(after) == CONFIGURED
    assert [each["policyName"] for each in after["exempt"]] == ["rds-deletion-protection"]
    shop.write("policy/rules/of_old.py", "raise RuntimeError('left of an older copy')\n")
    shop.follow("Of a copy")
    assert levels(shop.preview("policy")) == CONFIGURED
    shop.follow("Remove")
    assert {file.name for file in shop.folder.iterdir()} == LEFT


def test_a_copy_runs_in_a_virtualenv_of_another_name(shop: Scratch) -> None:
    shop.run("python3 -m venv venv")
    shop.run('cp -r "$STRATA/policy" policy')
    assert levels(shop.follow("A virtualenv of another name")) == FOUND


def test_the_wheel_is_put_in_configured_upgraded_and_taken_out(shop: Scratch) -> None:
    before = shop.follow("The wheel")
    assert (before["name"], before["version"]) == ("strata-aws", version())
    assert (levels(before), before["exempt"]) == (FOUND, [])
    stricter = shop.follow("Configure")
    assert levels(stricter) == CONFIGURED | {"rds-encrypted": "MANDATORY"}
    assert levels(shop.preview("guard")) == CONFIGURED
    (module,) = shop.folder.glob(".venv/lib/python*/site-packages/strata_policy/pack.py")
    module.write_text("raise RuntimeError('left of an older wheel')\n", encoding="utf-8")
    shop.follow("Of the wheel")
    assert levels(shop.preview("guard")) == CONFIGURED
    shop.follow("Remove")
    assert {file.name for file in shop.folder.iterdir()} == LEFT
    assert not [*shop.folder.glob(".venv/lib/python*/site-packages/strata_policy*")]
