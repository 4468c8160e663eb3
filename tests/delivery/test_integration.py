"""Which checks a deployed platform is put to, and with which tools."""

import json
import shutil
from pathlib import Path

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


def test_kubectl_of_the_machine_is_taken_where_there_is_one(tmp_path: Path) -> None:
    made = tools(tmp_path, 0, clusterName="shop-cluster")
    made.tool(tmp_path / "bin" / "aws", "aws", "exit 3")
    assert made.run("integration.sh").returncode == 0
    assert not made.calls("aws")


def test_kubectl_is_fetched_in_the_cluster_s_version_where_there_is_none(tmp_path: Path) -> None:
    made = tools(tmp_path, 0, clusterName="shop-cluster")
    (tmp_path / "bin" / "kubectl").unlink()
    made.tool(tmp_path / "bin" / "aws", "aws", "exit 3")
    for name in ("bash", "dirname", "jq", "sed", "uname", "env"):  # all that the script finds of the machine
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    assert made.run("integration.sh", PATH=str(tmp_path / "bin")).returncode == 3
    assert made.calls("aws") == ["aws eks describe-cluster --name shop-cluster --query cluster.version --output text"]
    assert not made.calls("strata")
