"""The release of an application, with the tools it calls replaced by ones that write down their calls."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.delivery.tools import BASH, jq_once, without_program

SCRIPT = Path(__file__).resolve().parents[2] / "delivery" / "application.sh"
CANARY = {
    "application": "app",
    "groups": {"auth": "auth", "join": "join"},
    "functions": {"auth": "fn-a", "join": "fn-j"},
}
AWS = r"""
asked_before() {  # whether it is not the last of the rounds yet, counted without a program: there are hundreds
  local rounds; mapfile -t rounds < "$0.asked"; echo >> "$0.asked"; (( ${#rounds[@]} < ROUNDS ))
}
case "$1 $2" in
  "eks describe-cluster") echo 1.36 ;;
  "lambda get-alias") [[ "$*" == *fn-a* ]] && echo 3 || echo 10 ;;
  "lambda list-versions-by-function")
    echo '{"Versions": [{"Version": "$LATEST"}, {"Version": "9"}, {"Version": "10"}]}' ;;
  "deploy create-deployment") echo d-1 ;;
  "deploy get-deployment") if asked_before; then echo InProgress; else echo "$STATUS"; fi ;;
  "ecs describe-services")
    [[ "$*" == *taskDefinition* ]] && { echo "$RUNNING"; exit; }
    asked_before && left=1,1 || left=1
    echo "{\"services\": [{\"deployments\": [$left], \"runningCount\": 2, \"desiredCount\": 2}]}" ;;
esac
"""
KUBECTL = """
case "$1" in
  version) echo '{"clientVersion": {"major": "1", "minor": "36"}}' ;;
  get)
    echo '{"items": [{"metadata": {"namespace": "apps", "name": "bff"}},
                     {"metadata": {"namespace": "apps", "name": "ws"}}]}' ;;
  rollout) [[ "$*" == *deployment/$BROKEN* ]] && exit 1 || exit 0 ;;
esac
"""


class Tools:
    """Fakes on the path, and what they were called with."""

    def __init__(self, folder: Path, outputs: dict[str, object]) -> None:
        self.folder = folder
        self.log = folder / "calls"
        self._tool("pulumi", f"echo {json.dumps(json.dumps(outputs))}")
        self._tool("aws", AWS)
        self._tool("kubectl", KUBECTL)
        (folder / "aws.asked").touch()

    def _tool(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f'#!{BASH}\nprintf "%s\\n" "{name} $*" >> "{self.log}"\n{body}\n')
        path.chmod(0o755)

    def run(self, *, status: str = "Succeeded", rounds: int = 0, broken: str = "none", running: str = "") -> int:
        found = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STACK": "confluence-dev",
            "STATUS": status,
            "ROUNDS": str(rounds),
            "BROKEN": broken,
            "RUNNING": running,
            **jq_once(self.folder),
            **without_program("sleep", self.log),
        }
        return subprocess.run([SCRIPT], env=found, check=False, capture_output=True, timeout=600).returncode

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    def calls_of(self, start: str) -> list[str]:
        return [call for call in self.calls if call.startswith(start)]


def test_a_function_behind_its_newest_version_is_moved_by_codedeploy(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"canary": CANARY})
    assert tools.run() == 0
    (created,) = tools.calls_of("aws deploy create-deployment")
    assert "--application-name app --deployment-group-name auth" in created
    revision = json.loads(created.partition("--revision ")[2].partition(" --query")[0])
    content = json.loads(revision["appSpecContent"]["content"])
    assert content["Resources"][0]["fn-a"]["Properties"] == {
        "Name": "fn-a",
        "Alias": "live",
        "CurrentVersion": "3",
        "TargetVersion": "10",
    }
    assert len(tools.calls_of("aws deploy get-deployment --deployment-id d-1")) == 1
    assert tools.calls_of("kubectl") == []


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_release_that_rolls_back_fails(tmp_path: Path, status: str) -> None:
    tools = Tools(tmp_path, {"canary": CANARY})
    assert tools.run(status=status) != 0
    assert len(tools.calls_of("aws deploy get-deployment")) == 1


def test_a_release_may_take_longer_than_the_cli_waits(tmp_path: Path) -> None:
    """The waiter for CodeDeploy gives up after 120 looks, 15 seconds apart."""
    tools = Tools(tmp_path, {"canary": CANARY})
    assert tools.run(rounds=125) == 0
    assert len(tools.calls_of("sleep 15")) == 125


def test_a_release_that_never_ends_is_given_up(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"canary": CANARY})
    assert tools.run(rounds=10_000) != 0
    assert len(tools.calls_of("sleep 15")) == 7200 // 15 + 1


def test_every_deployment_of_a_cluster_is_awaited(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"clusterName": "confluence-clone-prod"})
    assert tools.run() == 0
    assert tools.calls_of("aws eks update-kubeconfig") == ["aws eks update-kubeconfig --name confluence-clone-prod"]
    assert [call.split()[3] for call in tools.calls_of("kubectl rollout")] == ["deployment/bff", "deployment/ws"]
    assert tools.calls_of("aws deploy") == []


@pytest.mark.parametrize("broken", ["bff", "ws"])
def test_pods_that_do_not_come_up_fail_the_release(tmp_path: Path, broken: str) -> None:
    assert Tools(tmp_path, {"clusterName": "confluence-clone-prod"}).run(broken=broken) != 0


SERVICE = {"cluster": "mdreader-prod", "name": "mdreader-hocuspocus", "taskDefinition": "arn:task:2"}


def test_a_service_has_to_come_to_run_its_newest_task(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"service": SERVICE})
    # The waiter for ECS gives up after 40 looks, 15 seconds apart.
    assert tools.run(running="arn:task:2", rounds=45) == 0
    named = "--cluster mdreader-prod --services mdreader-hocuspocus"
    assert len(tools.calls_of(f"aws ecs describe-services {named} --output json")) == 46
    assert tools.calls_of("aws eks") == []


def test_a_service_that_ecs_has_rolled_back_fails_the_release(tmp_path: Path) -> None:
    assert Tools(tmp_path, {"service": SERVICE}).run(running="arn:task:1") != 0


def test_a_stack_of_neither_kind_has_nothing_to_wait_for(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"url": "https://example.com"})
    assert tools.run() == 0
    assert all(call.startswith("pulumi stack output --stack confluence-dev") for call in tools.calls)
