"""The image of the reference service: what its Dockerfile names is there and runs, with what the pods are told."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from settings import stackfile
from tests.dockerfiles import copies_what_is_there, is_plain_and_pinned, steps
from tests.stacks import ROOT

CONTEXT = ROOT / "services" / "records"
STEPS = steps(CONTEXT / "Dockerfile")
PACKAGES_BY_MODULE = {
    "botocore": "boto3",
    "pydantic": "fastapi",
    "aws_msk_iam_sasl_signer": "aws-msk-iam-sasl-signer-python",
}


def test_what_is_copied_is_there_and_each_stage_is_known() -> None:
    copies_what_is_there(STEPS, CONTEXT)


def test_it_is_of_a_pinned_python_and_nobody_special_and_its_last_word_is_an_exec() -> None:
    is_plain_and_pinned(STEPS, "65532:65532")
    assert [rest for word, rest in STEPS if word == "CMD"] == ['["python", "-m", "records.server"]']


def test_what_it_runs_imports_from_what_it_copies(tmp_path: Path) -> None:
    """From nowhere but the context and installed packages, as PYTHONPATH has it in the image."""
    modules = ("records.server", "records.maintenance")
    assert [module for module in modules if not any(word == "RUN" and module in rest for word, rest in STEPS)] == []
    command = [sys.executable, "-P", "-c", f"import {', '.join(modules)}"]
    assert subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(CONTEXT)}, check=False).returncode == 0


def test_its_lock_has_what_its_code_imports() -> None:
    """The tests' own packages would hide that one lacks."""
    named = {re.split(r"[\[>=<]", line)[0].lower() for line in _lines("requirements.in")}
    locked = {line.partition("==")[0].lower() for line in _lines("requirements.txt") if "==" in line}
    imported = set()
    for file in (CONTEXT / "records").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).partition(".")[0])
    packages = {PACKAGES_BY_MODULE.get(name, name) for name in imported - sys.stdlib_module_names - {"opentelemetry"}}
    assert packages <= named
    assert named <= locked


@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_it_says_the_port_that_the_stacks_ask(stack: str) -> None:
    asked = json.loads(stackfile.read(ROOT, stack).config["strata:settings"])["application"]["port"]
    assert [rest for word, rest in STEPS if word == "EXPOSE"] == [str(asked)]


def _lines(name: str) -> list[str]:
    lines = (CONTEXT / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith(("#", "--"))]
