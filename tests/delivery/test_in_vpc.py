"""How a commit gets to the runner in the VPC, with AWS and Pulumi replaced by what writes down their calls."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.awscli import calls, problems
from tests.delivery.tools import jq_once

SCRIPT = Path(__file__).resolve().parents[2] / "delivery" / "in-vpc.sh"
RUNNER = {"project": "shop-deploy", "planner": "shop-plan", "bucket": "shop-deploy-bucket", "region": "eu-west-1"}
AWS = r"""
case "$1 $2" in
  "s3api put-object")
    [[ -s $8 ]] || exit 1
    echo v-7 ;;
  "s3 cp") printf '## shop\n\n2 replaced\n' > "$4" ;;
  "codebuild start-build") echo shop-deploy:b-1 ;;
  "codebuild batch-get-builds")
    case "$*" in
      *sessionTarget*) head -n 1 "$ANSWERS"; sed -i 1d "$ANSWERS" ;;
      *groupName*) echo runner-logs ;;
      *buildStatus*) head -n 1 "$ANSWERS"; [[ $(wc -l < "$ANSWERS") == 1 ]] || sed -i 1d "$ANSWERS" ;;
    esac ;;
esac
"""
PULUMI = """
case "$1" in
  whoami) echo '{"url": "s3://state-of-somebody"}' ;;
  stack) cat "$OUTPUTS" ;;
  preview) [[ -z $DRIFTED ]] ;;
esac
"""


class Tools:
    """Fakes on the path, and what they were called with."""

    def __init__(self, folder: Path, outputs: dict[str, object], *answers: str) -> None:
        self.folder, self.log, self.script = folder, folder / "calls", SCRIPT
        (folder / "outputs").write_text(json.dumps(outputs))
        (folder / "answers").write_text("".join(f"{answer}\n" for answer in answers))
        for name, body in (("aws", AWS), ("pulumi", PULUMI)):
            path = folder / name
            path.write_text(f'#!/usr/bin/env bash\nprintf "%s\\n" "{name} $*" >> "{self.log}"\n{body}\n')
            path.chmod(0o755)

    def run(self, *steps: str, folder: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        found = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STACK": "shop",
            "WAIT": "0",
            "DRIFTED": "",
            "OUTPUTS": str(self.folder / "outputs"),
            "ANSWERS": str(self.folder / "answers"),
            **jq_once(self.folder),
            **variables,
        }
        return subprocess.run(
            [self.script, *steps],
            env=found,
            check=False,
            capture_output=True,
            text=True,
            timeout=600,
            cwd=folder or unchanged(self.folder),
        )

    def calls_of(self, start: str) -> list[str]:
        return [call for call in self.log.read_text().splitlines() if call.startswith(start)]


def test_the_commit_goes_to_the_runner_and_the_build_works_with_exactly_that(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER}, "IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED")
    ended = tools.run()
    assert ended.returncode == 0, ended.stderr
    (put,) = tools.calls_of("aws s3api put-object")
    assert "--bucket shop-deploy-bucket --key source.zip" in put
    (start,) = tools.calls_of("aws codebuild start-build")
    assert "--project-name shop-deploy --source-version v-7" in start
    assert "name=STEP,value=infrastructure name=PULUMI_BACKEND_URL,value=s3://state-of-somebody" in start
    assert len(tools.calls_of("aws codebuild batch-get-builds")) == 4
    assert "shop-deploy:b-1 SUCCEEDED" in ended.stdout


def test_a_build_that_fails_fails_the_script(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER}, "IN_PROGRESS", "FAILED")
    ended = tools.run("application", PULUMI_BACKEND_URL="s3://given")
    assert ended.returncode == 1
    assert "shop-deploy:b-1 FAILED" in ended.stdout
    (start,) = tools.calls_of("aws codebuild start-build")
    assert "name=STEP,value=application name=PULUMI_BACKEND_URL,value=s3://given" in start


def test_a_session_is_opened_once_the_build_has_one(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER}, "None", "IN_PROGRESS", "codebuild:b-1")
    ended = tools.run("shell")
    assert ended.returncode == 0, ended.stderr
    asked = tools.calls_of("aws codebuild start-build")[0]
    assert "--debug-session-enabled --timeout-in-minutes-override 480" in asked
    assert tools.calls_of("aws ssm start-session") == ["aws ssm start-session --target codebuild:b-1"]


@pytest.mark.parametrize("step", ["plan", "drift"])
def test_what_only_looks_goes_to_the_runner_that_only_reads(tmp_path: Path, step: str) -> None:
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER}, "SUCCEEDED")
    ended = tools.run(step)
    assert ended.returncode == 0, ended.stderr
    assert "--key plan.zip" in tools.calls_of("aws s3api put-object")[0]
    assert "--project-name shop-plan --source-version v-7" in tools.calls_of("aws codebuild start-build")[0]


def test_what_a_plan_means_is_brought_back_to_whoever_is_asked(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER}, "SUCCEEDED")
    told, summary = tmp_path / "planned.txt", tmp_path / "summary.md"
    ended = tools.run(
        "plan", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", PLANNED_FILE=str(told), GITHUB_STEP_SUMMARY=str(summary)
    )
    assert ended.returncode == 0, ended.stderr
    assert "aws s3 cp s3://state/plans/shop/c1.md" in tools.calls_of("aws s3 cp")[0]
    assert told.read_text() == "2 replaced (all of it: s3://state/plans/shop/c1.md)\n"
    assert summary.read_text() == "## shop\n\n2 replaced\n"


@pytest.mark.parametrize(
    ("outputs", "backend", "said"),
    [
        ({}, "s3://state", "shop has no deployment runner"),
        ({"deploymentRunner": RUNNER}, "file:///tmp/state", "the runner cannot read the state in file:///tmp/state"),
    ],
)
def test_what_cannot_work_is_one_line_and_nothing_is_started(
    tmp_path: Path, outputs: dict[str, object], backend: str, said: str
) -> None:
    tools = Tools(tmp_path, outputs)
    ended = tools.run(PULUMI_BACKEND_URL=backend)
    assert ended.returncode == 1
    assert ended.stderr.startswith(said)
    assert not tools.calls_of("aws")


def unchanged(folder: Path) -> Path:
    """A small repository beside a test's own folder, for all tests: packing all of this one takes half a second."""
    made = folder.parent / "unchanged"
    return made if made.exists() else committed(made).parent


def committed(folder: Path) -> Path:
    """A repository whose one commit has the stack file of ``shop``; its file."""
    file = folder / "Pulumi.shop.yaml"
    file.parent.mkdir()
    file.write_text("promoted: false\n")
    for words in (["init"], ["add", "."], ["commit", "--message", "first"]):
        named = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *named, *words], cwd=folder, check=True, capture_output=True)
    return file


@pytest.mark.parametrize("step", ["infrastructure", "application", "shell"])
def test_a_stack_file_that_is_not_committed_is_refused_and_nothing_is_uploaded(tmp_path: Path, step: str) -> None:
    file = committed(tmp_path / "repository")
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER})
    file.write_text("promoted: true\n")
    ended = tools.run(step, folder=file.parent)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Pulumi.shop.yaml has changes that are not committed")
    assert not tools.calls_of("aws")


def test_a_stack_without_a_runner_that_plans_is_told_how_it_gets_one(tmp_path: Path) -> None:
    tools = Tools(tmp_path, {"deploymentRunner": {key: one for key, one in RUNNER.items() if key != "planner"}})
    ended = tools.run("plan")
    assert (ended.returncode, tools.calls_of("aws")) == (1, [])
    assert ended.stderr.startswith("shop was last deployed without a runner that plans: ")


def test_a_change_of_another_file_stays_here_and_is_told(tmp_path: Path) -> None:
    file = committed(tmp_path / "repository")
    tools = Tools(tmp_path, {"deploymentRunner": RUNNER}, "SUCCEEDED")
    file.with_name("Pulumi.other.yaml").write_text("promoted: true\n")
    ended = tools.run(folder=file.parent)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == "what is not committed stays here\n"
    assert len(tools.calls_of("aws s3api put-object")) == 1


def test_aws_has_what_the_script_calls() -> None:
    text = SCRIPT.read_text()
    found = [call for call in calls(text) if len(call) > 2]
    assert len(found) == 5
    assert [problem for call in found for problem in problems(call)] == []
