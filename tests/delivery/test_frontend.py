"""One build a push: Amplify's own is waited for, and only what nobody has built is built."""

import json
import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "delivery" / "frontend.sh"
AWS = """
case "$2" in
  get-app) echo https://github.com/Example/site ;;
  list-jobs) echo "$JOBS" ;;
  start-job) echo 9 ;;
  get-job) echo "$(head -n 1 states)"; sed -i 1d states ;;
esac
"""


def run(folder: Path, jobs: list[dict[str, str]], states: list[str], **more: str) -> tuple[int, list[str]]:
    """The script's exit status and what it asked AWS for."""
    tool, log = folder / "aws", folder / "calls"
    tool.write_text(f'#!/usr/bin/env bash\nprintf "%s\\n" "$*" >> "{log}"\n{AWS}')
    tool.chmod(0o755)
    (folder / "states").write_text("\n".join(states) + "\n")
    given = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "AMPLIFY_APP_ID": "d123",
        "COMMIT": "abc",
        "PAUSE_SECONDS": "0",
        "JOBS": json.dumps({"jobSummaries": jobs}),
        "GITHUB_REPOSITORY": "example/site",
        **more,
    }
    done = subprocess.run([SCRIPT], env=given, cwd=folder, check=False, capture_output=True, timeout=600)
    return done.returncode, log.read_text().splitlines()


def test_the_build_of_the_push_is_waited_for_and_no_other_begun(tmp_path: Path) -> None:
    jobs = [{"jobId": "8", "commitId": "other"}, {"jobId": "7", "commitId": "abc"}, {"jobId": "3", "commitId": "abc"}]
    status, calls = run(tmp_path, jobs, ["RUNNING", "RUNNING", "SUCCEED"])
    assert status == 0
    assert not [call for call in calls if "start-job" in call]
    waited = [call for call in calls if "get-job" in call]
    assert len(waited) == 3
    assert all("--job-id 7 " in call for call in waited)


def test_a_commit_that_nobody_has_built_is_built(tmp_path: Path) -> None:
    status, calls = run(tmp_path, [{"jobId": "8", "commitId": "other"}], ["SUCCEED"])
    assert status == 0
    (started,) = [call for call in calls if "start-job" in call]
    assert "--app-id d123 --branch-name main --job-type RELEASE --commit-id abc" in started
    assert "--job-id 9 " in calls[-1]


@pytest.mark.parametrize("end", ["FAILED", "CANCELLED"])
def test_a_build_that_fails_fails_the_delivery(tmp_path: Path, end: str) -> None:
    assert run(tmp_path, [{"jobId": "7", "commitId": "abc"}], ["RUNNING", end])[0] == 1


def test_an_application_of_another_repository_is_told_no_commit_of_this_one(tmp_path: Path) -> None:
    """GetApp tells the repository's address: https://docs.aws.amazon.com/amplify/latest/APIReference/API_App.html"""
    status, calls = run(
        tmp_path, [{"jobId": "8", "commitId": "other"}], ["FAILED"], GITHUB_REPOSITORY="example/platform"
    )
    assert status == 0
    assert [call.split()[1] for call in calls] == ["get-app"]
