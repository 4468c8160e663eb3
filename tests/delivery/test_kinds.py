"""The kinds of charts are brought along before an update, with the tools it calls replaced by ones that write down."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.delivery.tools import jq_once

DELIVERY = Path(__file__).resolve().parents[2] / "delivery"
VERSION = '{"clientVersion": {"major": "1", "minor": "36"}}'
KUBECTL = f"""[[ "$1" == version ]] && echo '{VERSION}'
[[ "$1" == get && "$3" == "$THERE" ]] && echo "customresourcedefinition/$3"; exit 0"""
PYTHON = """
case "$3" in
  "") echo "controller bindings.example.com"; echo "autoscaler scalers.example.com" ;;
  broken | autoscaler) echo "not what was promised" >&2; exit 1 ;;
  *) echo "kind: $3" ;;
esac
"""


class Project:
    """A copy of the scripts beside a virtualenv whose Python writes down what it is asked."""

    def __init__(self, folder: Path, outputs: dict[str, object]) -> None:
        self.folder, self.log = folder, folder / "calls"
        self.log.touch()
        shutil.copytree(DELIVERY, folder / "delivery")
        self._tool("bin/pulumi", f"echo {json.dumps(json.dumps(outputs))}")
        self._tool("bin/aws", '[[ "$2" == describe-cluster ]] && echo 1.36; exit 0')
        self._tool("bin/kubectl", KUBECTL)
        self._tool(".venv/bin/python", PYTHON)

    def _tool(self, name: str, body: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/usr/bin/env bash\nprintf "%s\\n" "{path.name} $*" >> "{self.log}"\n{body}\n')
        path.chmod(0o755)

    def run(self, script: str = "kinds.sh", there: str = "") -> int:
        found = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STACK": "prod",
            **jq_once(self.folder),
            "THERE": there,
        }
        command = str(self.folder / "delivery" / script)
        return subprocess.run([command], cwd=self.folder, env=found, check=False, capture_output=True).returncode

    def calls(self, start: str) -> list[str]:
        return [call for call in self.log.read_text().splitlines() if call.startswith(start)]


def test_kinds_that_are_in_the_cluster_are_brought_to_the_charts_version(tmp_path: Path) -> None:
    project = Project(tmp_path, {"clusterName": "microservice-prod"})
    assert project.run(there="bindings.example.com") == 0
    (applied,) = project.calls("kubectl apply")
    assert applied.startswith("kubectl apply --server-side --force-conflicts --filename ")
    assert project.calls("python")[1:] == ["python -m tools.charts controller"]
    assert "aws eks update-kubeconfig --name microservice-prod" in project.calls("aws")


def test_a_chart_that_is_not_there_yet_brings_its_own(tmp_path: Path) -> None:
    project = Project(tmp_path, {"clusterName": "microservice-prod"})
    assert project.run() == 0
    assert project.calls("kubectl apply") == []


@pytest.mark.parametrize("outputs", [{}, {"clusterName": None}])
def test_a_stack_without_a_cluster_has_none(tmp_path: Path, outputs: dict[str, object]) -> None:
    project = Project(tmp_path, outputs)
    assert project.run() == 0
    assert project.calls("kubectl") == project.calls("python") == []


def test_nothing_is_updated_where_the_kinds_cannot_be_had(tmp_path: Path) -> None:
    """An older kind would drop what the new controller writes."""
    project = Project(tmp_path, {"clusterName": "microservice-prod"})
    assert project.run("infrastructure.sh", there="scalers.example.com") != 0
    assert project.calls("kubectl apply") == project.calls("pulumi up") == []
