"""Which checks a deployed platform is put to, and with which tools."""

import json
import shutil
from pathlib import Path

import pytest

from tests.delivery.tools import Tools


def tools(folder: Path, status: int, **outputs: str) -> Tools:
    made = Tools(folder, pulumi=f"echo {json.dumps(json.dumps(outputs))}", kubectl="")
    made.strata(f"exit {status}")
    return made


def test_the_stack_is_asked_what_strata_says(tmp_path: Path) -> None:
    made = tools(tmp_path, 0)
    assert made.run("integration.sh").returncode == 0
    assert made.calls("strata") == ["strata check shop --run"]
    assert not made.calls("kubectl")


def test_a_check_that_fails_stops_the_deployment(tmp_path: Path) -> None:
    assert tools(tmp_path, 1).run("integration.sh").returncode == 1


@pytest.mark.parametrize(
    ("own", "fits"), [("1.34", False), ("1.35", True), ("1.36", True), ("1.37+", True), ("1.38", False)]
)
def test_kubectl_of_the_machine_is_taken_within_a_minor_of_the_cluster(tmp_path: Path, own: str, fits: bool) -> None:
    """CodeBuild's images bring one of their own: https://github.com/aws/aws-codebuild-docker-images"""
    made = tools(tmp_path, 0, clusterName="shop-cluster")
    minor = {"clientVersion": {"major": "1", "minor": own.removeprefix("1.")}}
    made.tool(tmp_path / "bin" / "kubectl", "kubectl", f"echo {json.dumps(json.dumps(minor))}")
    made.tool(tmp_path / "bin" / "aws", "aws", "echo 1.36")
    made.tool(tmp_path / "bin" / "curl", "curl", "exit 3")
    assert (made.run("integration.sh").returncode == 0) == fits
    assert bool(made.calls("curl")) != fits
    assert made.calls("aws")[0] == "aws eks describe-cluster --name shop-cluster --query cluster.version --output text"


def test_kubectl_is_fetched_in_the_cluster_s_version_where_there_is_none(tmp_path: Path) -> None:
    made = tools(tmp_path, 0, clusterName="shop-cluster")
    (tmp_path / "bin" / "kubectl").unlink()
    made.tool(tmp_path / "bin" / "aws", "aws", "echo 1.36")
    made.tool(tmp_path / "bin" / "curl", "curl", "exit 3")
    for name in ("bash", "dirname", "jq", "sed", "uname", "env"):  # all that the script finds of the machine
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    assert made.run("integration.sh", PATH=str(tmp_path / "bin")).returncode != 0
    assert made.calls("curl")[0].endswith("https://dl.k8s.io/release/stable-1.36.txt")
    assert not made.calls("strata")
