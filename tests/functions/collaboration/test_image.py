"""The image of the servers: what its Dockerfile names is there and runs.

That its lock has a wheel of everything for both platforms is shown by `make setups`, which has a registry; `make image`
builds it where a builder is at hand.
"""

import subprocess
import sys
from pathlib import Path

from tests.dockerfiles import copies_what_is_there, is_plain_and_pinned, steps
from tests.stacks import ROOT

CONTEXT = ROOT / "functions"
STEPS = steps(CONTEXT / "collaboration" / "Dockerfile")


def test_what_is_copied_is_there_and_each_stage_is_known() -> None:
    copies_what_is_there(STEPS, CONTEXT)


def test_it_is_of_a_pinned_python_and_nobody_special_and_its_last_word_is_an_exec() -> None:
    is_plain_and_pinned(STEPS, "10001:10001")
    assert len([word for word, _ in STEPS if word == "CMD"]) == 2


def test_what_it_runs_imports_from_what_it_copies(tmp_path: Path) -> None:
    """From nowhere but the two folders and installed packages, as PYTHONPATH has it in the image."""
    modules = ("collaboration.server", "collaboration.web")
    assert {f'["python", "-m", "{module}"]' for module in modules} == {rest for word, rest in STEPS if word == "CMD"}
    path = ":".join(str(CONTEXT / source) for source in ("collaboration", "authorizer"))
    command = [sys.executable, "-P", "-c", f"import {', '.join(modules)}"]
    assert subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": path}, check=False).returncode == 0
