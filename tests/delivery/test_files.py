"""What delivers the program: build specifications and the workflow, as far as files can tell."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from analyser.analyses.delivery import PLACES
from components.operations.pipeline_stages import STEPS

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATIONS = sorted((ROOT / "delivery").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def workflow(name: str = "deploy") -> dict[Any, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=lambda path: path.stem)
def test_a_build_specification_is_one(path: Path) -> None:
    text = yaml.safe_load(path.read_text())
    assert text["version"] == 0.2
    commands = [c for phase in text["phases"].values() for c in phase.get("commands", [])]
    assert commands
    assert all(isinstance(command, str) for command in commands)


def test_every_step_is_a_script_that_can_be_run() -> None:
    for step in STEPS:
        script = ROOT / "delivery" / f"{step}.sh"
        assert script.stat().st_mode & 0o100, script


def test_workflows_are_linted_by_actionlint_too() -> None:
    """``make lint`` takes it where it is on the path, and says so where it is not."""
    runs = [step.get("run", "") for step in workflow()["jobs"]["test"]["steps"]]
    at = runs.index('PATH="$PATH:$(go env GOPATH)/bin" make lint')
    assert re.fullmatch(r"go install github\.com/rhysd/actionlint/cmd/actionlint@v[\d.]+", runs[at - 1])


def test_the_workflow_is_started_as_asked() -> None:
    found = workflow()
    assert found["name"] == "Deploy to AWS"
    started = found[True]  # YAML 1.1 reads the key on as true
    assert started["push"] == {"branches": ["main"]}
    assert started["pull_request"] == {"branches": ["main"]}


def test_nothing_is_deployed_before_its_tests_or_from_a_pull_request() -> None:
    jobs = workflow()["jobs"]
    backend = jobs["deploy-backend"]
    assert backend["needs"] == ["test", "preview", "engine", "select"]
    assert "github.event_name != 'pull_request'" in backend["if"]
    assert "github.ref == 'refs/heads/main'" in backend["if"]
    assert jobs["deploy-frontend"]["needs"] == "deploy-backend"


def test_deployments_of_a_stack_queue_and_are_never_broken_off() -> None:
    assert workflow("stack")["jobs"]["deploy"]["concurrency"] == {
        "group": "stack-${{ inputs.stack }}",
        "cancel-in-progress": False,
    }
    assert workflow()["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


def test_a_line_goes_from_place_to_place() -> None:
    jobs = workflow("line")["jobs"]
    assert tuple(jobs) == PLACES
    for number, (place, job) in enumerate(jobs.items()):
        assert job.get("needs", []) == list(PLACES[:number])
        stops = (
            "!failure()"
            if place == "dev"
            else " && ".join(f"!contains(needs.*.result, '{result}')" for result in ("failure", "cancelled"))
        )
        assert set(job["if"].removeprefix("${{ ").removesuffix(" }}").split(" && ")) == {
            "!cancelled()", *stops.split(" && "), f"inputs.{place} != ''",
        }  # fmt: skip
        assert job["with"] == {"stack": f"${{{{ inputs.{place} }}}}", "place": place}
    given = workflow()["jobs"]["deploy-backend"]["with"]
    assert given == {place: f"${{{{ matrix.line.{place} }}}}" for place in PLACES}


def test_the_front_end_is_tested_with_its_lock_file_where_there_is_one() -> None:
    job = workflow()["jobs"]["test"]
    assert job["runs-on"] == "ubuntu-latest"
    assert job["steps"][0]["uses"].startswith("actions/checkout@")
    node, tests = (step for step in job["steps"] if "frontend/*/package-lock.json" in step.get("if", ""))
    assert node["with"] == {"node-version": "24"}
    assert "npm ci && npm test" in tests["run"]
    deploying = workflow("stack")["jobs"]["deploy"]["steps"]
    at = [step.get("run") for step in deploying].index("delivery/step.sh site")
    assert node in deploying[:at], "what is published is built by the Node that it was tested with"


def test_every_stack_goes_through_pulumis_engine() -> None:
    job = workflow()["jobs"]["engine"]
    assert job["strategy"]["matrix"]["stack"] == "${{ fromJSON(needs.select.outputs.stacks) }}"
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs[0] == "delivery/install.sh"
    assert runs[-1] == 'make engine STACK="$STACK"'


def test_drift_is_looked_for_in_every_stack_that_a_commit_deploys() -> None:
    jobs = workflow("nightly")["jobs"]
    assert jobs["drift"]["strategy"]["matrix"]["stack"] == "${{ fromJSON(needs.stacks.outputs.deployed) }}"
    assert jobs["drift"]["if"] == "needs.stacks.outputs.deployed != '[]'"  # GitHub fails a matrix of nothing
    assert jobs["drift"]["steps"][-1] == {"run": "delivery/step.sh drift"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_tokens_are_for_jobs_of_an_environment_and_nothing_is_secret(path: Path) -> None:
    found = yaml.safe_load(path.read_text())
    assert found["permissions"] in ({}, {"contents": "read"})
    for job in found["jobs"].values():
        rights = job.get("permissions", {})
        assert "uses" in job or (rights.get("id-token") == "write") == ("environment" in job)
        assert set(rights) <= {"attestations", "contents", "id-token", "pull-requests"}
        assert rights.get("contents", "read") == "read"
    text = path.read_text()
    assert "pull_request_target" not in text
    assert "${{ secrets" not in text
    assert "AWS_ACCESS_KEY_ID" not in text


def test_a_pull_request_of_a_fork_gets_no_credentials_and_no_comment() -> None:
    jobs = workflow()["jobs"]
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert own in jobs["preview-account"]["if"]
    assert own in jobs["review"]["steps"][-1]["env"]["PULL_REQUEST"]
    writing = [name for name, job in jobs.items() if "pull-requests" in job["permissions"]]
    assert writing == ["review"]


def test_a_pull_request_does_not_fail_for_a_stack_that_no_pull_request_may_look_at() -> None:
    job = workflow()["jobs"]["preview-account"]
    asked = "env.WORKFLOW_ROLE_ARN != ''"
    assert job["env"]["WORKFLOW_ROLE_ARN"] == "${{ vars.WORKFLOW_ROLE_ARN }}"
    said, *others = ((step.get("if"), step["run"]) for step in job["steps"] if "run" in step)
    assert said[0] == "env.WORKFLOW_ROLE_ARN == ''"
    assert [when for when, _ in others] == [asked] * 4
    # strata-preview writes plans, which somebody else approves.
    assert 'delivery/environment.sh strata-review >> "$GITHUB_ENV"' in [run for _, run in others]


def test_main_is_searched_longer_and_no_deployment_waits_for_it() -> None:
    found = workflow("soak")
    assert found[True]["push"] == {"branches": ["main"]}
    assert found["jobs"]["soak"]["steps"][-1] == {"run": "make soak"}
    assert found["concurrency"]["group"] not in workflow()["concurrency"]["group"]


def test_dates_are_strict_by_night_and_nowhere_else() -> None:
    found = workflow("nightly")
    assert found[True]["schedule"] == [{"cron": "17 3 * * *"}]
    assert found["permissions"] == {"contents": "read"}
    first, second = (step["run"] for step in found["jobs"]["dates"]["steps"] if "run" in step)
    assert first.startswith("make versions DAY=")
    assert first.endswith("STRICT=--strict-dates")
    assert second.startswith(".venv/bin/strata preview --all --day ")
    assert second.endswith("--strict-dates")
    strict = [
        path
        for path in (*WORKFLOWS, *SPECIFICATIONS, *(ROOT / "delivery").glob("*.sh"))
        if "strict-dates" in path.read_text()
    ]
    assert [path.name for path in strict] == ["nightly.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_their_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        if action.startswith("./"):
            assert (ROOT / action).is_file()
            continue
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_workflows_lint_clean() -> None:
    done = subprocess.run(
        [Path(sys.prefix) / "bin" / "zizmor", "--offline", "--quiet", "--config", ".github/zizmor.yml", ".github"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
