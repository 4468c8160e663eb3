"""Scripts in delivery/ with AWS emulated: what they ask is answered by what has state, or by a recorded answer.

The records are in the form that the API documents (``botocore``'s models have the same members):
https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_GetDeployment.html,
https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetBuilds.html,
https://docs.aws.amazon.com/amplify/latest/APIReference/API_ListJobs.html.
"""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters

from tests.delivery.tools import jq_once
from tests.postgres import free_port
from tests.stacks import stack_graph
from tools.local import emulator
from tools.local.emulator import Emulator

DELIVERY = Path(__file__).resolve().parents[2] / "delivery"
AWS = Path(__file__).with_name("emulated_aws.py")
_GIT = """
case "$1" in
  archive) while [[ $1 != --output ]]; do shift; done; echo "the commit" > "$2" ;;
esac
"""
_SERVICES = {"deploy": "codedeploy"}


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulator]:
    with emulator.running("us-east-1", free_port()) as started:
        yield started


class Scripts:
    """Runs scripts with ``aws`` at the emulator, ``pulumi`` that has outputs, and no pauses."""

    def __init__(self, folder: Path, emulated: Emulator, outputs: dict[str, Any]) -> None:
        self.folder, self._emulated = folder, emulated
        (folder / "outputs").write_text(json.dumps(outputs))
        self._tool("aws", f'exec {sys.executable} {AWS} "$@"')
        self._tool("pulumi", f'cat "{folder}/outputs"')
        self._tool("sleep", "")
        self._tool("git", _GIT)

    def record(self, service: str, command: str, *answers: dict[str, Any]) -> None:
        """What a call is answered, one after another; only what the API's model knows."""
        model = botocore.session.get_session().get_service_model(_SERVICES.get(service, service))
        name = "".join(part.title() for part in command.split("-"))
        for number, answer in enumerate(answers, 1):
            shape = model.operation_model(name).output_shape
            assert shape is not None
            assert set(answer) <= set(shape.members)
            validate_parameters(answer, shape)
            (self.folder / f"{service}.{command}.json.{number}").write_text(json.dumps(answer))

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {
            **self._emulated.credentials,
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "RECORDED": str(self.folder),
            "STACK": "confluence-lambda",
            **jq_once(self.folder),
            **variables,
        }
        return subprocess.run(
            [DELIVERY / script], env=given, check=False, capture_output=True, text=True, cwd=DELIVERY.parent
        )

    @property
    def left(self) -> list[str]:
        """Records that nobody has asked for."""
        return sorted(path.name for path in self.folder.glob("*.json.*"))

    def _tool(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/usr/bin/env bash\n{body}\n")
        path.chmod(0o755)


def _publish(lambda_: Any, name: str) -> None:
    """A function whose alias is at its first version, with a second one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", "")
    made = {"Role": "arn:aws:iam::123456789012:role/any", "Handler": "handler.handle", "Runtime": "python3.13"}
    lambda_.create_function(FunctionName=name, Code={"ZipFile": packed.getvalue()}, Publish=True, **made)
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    lambda_.update_function_configuration(FunctionName=name, Description="newer")
    lambda_.publish_version(FunctionName=name)


def test_functions_behind_their_newest_version_are_released_and_others_left_alone(
    tmp_path: Path, emulated: Emulator
) -> None:
    canary = stack_graph("confluence-lambda").exports["canary"]
    behind, current, *_ = sorted(canary["functions"])
    canary = {
        "application": canary["application"],
        **{kind: {key: canary[kind][key] for key in (behind, current)} for kind in ("groups", "functions")},
    }
    lambda_ = emulated.client("lambda")
    for name in canary["functions"].values():
        _publish(lambda_, name)
    lambda_.update_alias(FunctionName=canary["functions"][current], Name="live", FunctionVersion="2")
    scripts = Scripts(tmp_path, emulated, {"canary": canary})
    scripts.record("deploy", "create-deployment", {"deploymentId": "d-ABCDEF123"})
    states = [{"deploymentInfo": {"status": status}} for status in ("InProgress", "Succeeded")]
    scripts.record("deploy", "get-deployment", *states)
    done = scripts.run("application.sh")
    assert done.returncode == 0, done.stderr
    assert scripts.left == []


def test_the_commit_arrives_in_the_runner_s_bucket_as_a_version(tmp_path: Path, emulated: Emulator) -> None:
    s3 = emulated.client("s3")
    s3.create_bucket(Bucket="shop-deploy")
    s3.put_bucket_versioning(Bucket="shop-deploy", VersioningConfiguration={"Status": "Enabled"})
    runner = {"project": "shop-deploy", "bucket": "shop-deploy", "region": "us-east-1"}
    scripts = Scripts(tmp_path, emulated, {"deploymentRunner": runner})
    scripts.record("codebuild", "start-build", {"build": {"id": "shop-deploy:b-1"}})
    found = [
        {"id": "shop-deploy:b-1", "buildStatus": status, "logs": {"groupName": "runner"}}
        for status in ("IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED")
    ]
    scripts.record("codebuild", "batch-get-builds", *({"builds": [one]} for one in found))
    done = scripts.run("in-vpc.sh", PULUMI_BACKEND_URL="s3://state", WAIT="0")
    assert done.returncode == 0, done.stderr
    assert "shop-deploy:b-1 SUCCEEDED" in done.stdout
    (version,) = s3.list_object_versions(Bucket="shop-deploy")["Versions"]
    assert version["Key"] == "source.zip"
    assert s3.get_object(Bucket="shop-deploy", Key="source.zip")["Body"].read() == b"the commit\n"


def test_amplify_s_own_build_of_a_push_is_waited_for(tmp_path: Path, emulated: Emulator) -> None:
    scripts = Scripts(tmp_path, emulated, {})
    job = {"jobId": "7", "commitId": "abc", "jobArn": "arn:aws:amplify:::job/7", "commitMessage": "m"}
    listed = {**job, "commitTime": 0, "startTime": 0, "status": "RUNNING", "jobType": "WEB_HOOK"}
    scripts.record("amplify", "list-jobs", {"jobSummaries": [listed]})
    ends = [{"job": {"summary": {**listed, "status": status}, "steps": []}} for status in ("RUNNING", "SUCCEED")]
    scripts.record("amplify", "get-job", *ends)
    done = scripts.run("frontend.sh", AMPLIFY_APP_ID="d123", COMMIT="abc", PAUSE_SECONDS="0")
    assert done.returncode == 0, done.stderr
    assert scripts.left == []
