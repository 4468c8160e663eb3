"""The load test: its stages and limits, and whom it asks."""

import re

import pytest

from analyser.run.program import ProgramError
from components.workloads.load_test import LoadTest
from components.workloads.namespace import Namespace
from settings.project_files import ROOT
from tests.components.workloads.support import Cluster, nodes, of, waits_for
from tests.support import record

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SCRIPT = "loadtests/consulting.js"


def program(script: str = SCRIPT, url: str = "https://api.cloudpartner.pro/health") -> None:
    cluster = Cluster()
    namespace = Namespace("apps", namespace="cloud-consulting", cluster=cluster, nodes=nodes())
    LoadTest("load-test", script=script, url=url, cluster=cluster, namespace=namespace)


def test_the_script_lies_in_the_namespace_under_its_name() -> None:
    made = of(program)
    node = made.only(CONFIG_MAP)
    assert node.inputs["metadata"]["name"] == "load-test-script"
    assert node.inputs["metadata"]["namespace"] == "cloud-consulting"
    assert node.inputs["data"] == {"script.js": (ROOT / SCRIPT).read_text()}
    assert waits_for(made, node, made.only("kubernetes:core/v1:Namespace"))


def test_there_are_five_stages_and_the_limits() -> None:
    script = of(program).only(CONFIG_MAP).inputs["data"]["script.js"]
    stages = re.findall(r"\{ duration: '(\w+)', target: (\d+) \}", script)
    assert stages == [("2m", "100"), ("5m", "100"), ("2m", "200"), ("5m", "200"), ("2m", "0")]
    assert "r.status === 200" in script
    assert "r.timings.duration < 500" in script
    assert "'p(95)<500'" in script


def test_each_stack_asks_its_own_address() -> None:
    made = of(lambda: program(url="https://api.dev.example.com/health"))
    script = made.only(CONFIG_MAP).inputs["data"]["script.js"]
    assert "__ENV.TARGET_URL || 'https://api.dev.example.com/health'" in script
    assert "cloudpartner" not in script


@pytest.mark.parametrize("script", ["loadtests/none.js", "Pulumi.yaml"])
def test_another_file_is_refused(script: str) -> None:
    with pytest.raises(ProgramError, match="is no script that asks for"):
        record(lambda: program(script))
