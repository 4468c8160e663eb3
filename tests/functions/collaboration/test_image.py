"""The image of the servers: what its Dockerfile names is there and runs.

That its lock has a wheel of everything for both platforms is shown by `make setups`, which has a registry; `make image`
builds it where a builder is at hand.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.versions import PYTHON_IMAGE
from tests.stacks import ROOT

CONTEXT = ROOT / "functions"
FILE = CONTEXT / "collaboration" / "Dockerfile"
RDS_AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
_STEP = re.compile(r"^(?P<word>[A-Z]+) (?P<rest>.*)$")


def steps() -> list[tuple[str, str]]:
    """Instruction and arguments of each step; a line that is neither comment nor step has no place in the file."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = [_STEP.fullmatch(line) for line in lines]
    assert None not in found
    return [(step["word"], step["rest"]) for step in found if step]


def test_what_is_copied_is_there_and_each_stage_is_known() -> None:
    stages: set[str] = set()
    for word, rest in steps():
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            assert base == "${PYTHON}" or base in stages
            stages.add(name)
        if word == "COPY":
            *flags, source, _ = rest.split()
            if flags:
                assert flags[0].removeprefix("--from=") in stages
            else:
                assert (CONTEXT / source).exists(), source


def test_it_is_of_a_pinned_python_and_nobody_special_and_its_last_word_is_an_exec() -> None:
    by_word = dict(steps())
    assert ("ARG", f"PYTHON={PYTHON_IMAGE.repository}:{PYTHON_IMAGE.tagged}") in steps()
    assert by_word["USER"] == "10001:10001"
    assert by_word["STOPSIGNAL"] == "SIGTERM"
    assert [rest[:1] for word, rest in steps() if word == "CMD"] == ["[", "["]
    assert [rest.split()[-2] for word, rest in steps() if word == "ADD"] == [RDS_AUTHORITIES]
    assert ("ENV", "PGSSLROOTCERT=/certificates/rds.pem") in steps()
    assert not {"MAINTAINER", "VOLUME", "HEALTHCHECK"} & {word for word, _ in steps()}
    runs = [rest for word, rest in steps() if word == "RUN"]
    assert all("--no-cache-dir" in run and "--require-hashes" in run for run in runs if run.startswith("pip"))


@pytest.mark.parametrize("module", ["collaboration.server", "collaboration.web"])
def test_what_it_runs_imports_from_what_it_copies(module: str, tmp_path: Path) -> None:
    """From nowhere but the two folders and installed packages, as PYTHONPATH has it in the image."""
    assert f'["python", "-m", "{module}"]' in {rest for word, rest in steps() if word == "CMD"}
    path = ":".join(str(CONTEXT / source) for source in ("collaboration", "authorizer"))
    command = [sys.executable, "-P", "-c", f"import {module}"]
    assert subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": path}, check=False).returncode == 0
