"""The wheel strata-policy: the same source by another name, and a program that has it judged by it."""

import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from analyser.version import version
from policy.hatch_build import PACKAGE
from policy.pack import all_rules
from tests.policy.scratch import DATABASE, FOUND, Scratch, levels, steps
from tests.stacks import ROOT

POLICY = ROOT / "policy"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `make policy-wheel` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=POLICY, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def held(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(held: dict[str, bytes]) -> Message:
    return message_from_bytes(held[f"{PACKAGE}-{version()}.dist-info/METADATA"])


def test_it_has_the_version_the_licence_and_the_requirements_of_the_project(held: dict[str, bytes]) -> None:
    said = metadata(held)
    assert (said["Name"], said["Version"]) == ("strata-policy", version())
    assert held[f"{PACKAGE}-{version()}.dist-info/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert said["Requires-Python"] == project["requires-python"]
    lines = (POLICY / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if not line.startswith("#")]
    assert set(asked) <= set(project["dependencies"])
    required = [re.split(r"[<>]", each)[0] for each in said.get_all("Requires-Dist") or ()]
    assert sorted(required) == sorted(re.split(r"[<>]", each)[0] for each in asked)


def test_everything_it_imports_is_in_it_or_required(held: dict[str, bytes]) -> None:
    used = {
        name
        for path, text in held.items()
        if path.endswith(".py")
        for name in re.findall(r"^\s*(?:from|import) (\w+)", text.decode(), re.MULTILINE)
    }
    assert "policy" not in used
    # grpc and google.protobuf come with pulumi, whose SDK they are the protocol of.
    assert used - set(sys.stdlib_module_names) == {
        PACKAGE,
        "pulumi",
        "pulumi_policy",
        "pydantic",
        "yaml",
        "grpc",
        "google",
    }


def test_it_is_the_folder_by_another_name(held: dict[str, bytes]) -> None:
    ours = {path.relative_to(POLICY).as_posix() for path in POLICY.rglob("*.py")}
    theirs = {name.removeprefix(f"{PACKAGE}/") for name in held if name.endswith(".py")}
    assert ours - theirs == {"__main__.py", "catalogue.py", "hatch_build.py", "iam/generate.py"}
    assert theirs <= ours
    for path in (*POLICY.rglob("*.yaml"), *POLICY.rglob("*.gz")):
        assert held[f"{PACKAGE}/{path.relative_to(POLICY).as_posix()}"] == path.read_bytes()


def test_a_program_that_has_it_is_judged(tmp_path: Path, wheel: Path) -> None:
    """tests/walks/policy_pack.py does all that the page says; here the wheel's files stand in for pip."""
    shop = Scratch(tmp_path)
    shop.registers(DATABASE)
    for step in steps("The wheel"):
        if step.file:
            shop.write(step.file, step.text)
    shop.run("python3 -m venv .venv")
    (packages,) = shop.folder.glob(".venv/lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    said = shop.preview("guard")
    assert (said["name"], said["version"]) == ("strata-aws", version())
    assert said["rules"] == [rule.id for rule in all_rules()]
    assert levels(said) == FOUND
    (encrypted,) = [each["message"] for each in said["diagnostics"] if each["policyName"] == "rds-encrypted"]
    assert encrypted.splitlines()[0] == "db: is not encrypted at rest (storageEncrypted)"
    assert encrypted.splitlines()[-1].startswith("To mend: Set storageEncrypted and kmsKeyId.")
