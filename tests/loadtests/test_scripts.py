"""Every k6 script of the project: it is JavaScript that k6 can read, and what it promises is judged."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.node import node
from tests.stacks import ROOT

SHIM = Path(__file__).with_name("k6.mjs")
SCRIPTS = sorted((ROOT / "loadtests").glob("*.js"))


def run(script: Path, environment: dict[str, str], turns: int | None = None) -> dict[str, Any]:
    """What a script says of itself, and what it found in so many turns of each of its scenarios."""
    command = [node(), "--experimental-vm-modules", "--no-warnings", str(SHIM), str(script), json.dumps(environment)]
    done = subprocess.run(
        [*command, *([] if turns is None else [str(turns)])], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_has_what_its_scenarios_run_and_limits(script: Path) -> None:
    found = run(script, {"READS": "10", "PAGES": "10", "WRITES": "10"})
    named = {scenario["exec"] for scenario in found["options"].get("scenarios", {}).values()} or {"default"}
    assert named <= set(found["functions"])
    assert found["options"]["thresholds"]["checks"]
