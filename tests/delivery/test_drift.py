"""How drift is looked for: from inside the network where there is a runner, and without changing anything."""

from pathlib import Path

import pytest

from tests.delivery.test_in_vpc import RUNNER, SCRIPT, Tools

ASKED = "pulumi preview --stack shop --refresh --expect-no-changes --diff --non-interactive --suppress-outputs"


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    made = Tools(tmp_path, {"deploymentRunner": RUNNER}, "SUCCEEDED")
    made.script = SCRIPT.with_name("step.sh")
    return made


def test_a_stack_without_a_runner_is_asked_from_here(tools: Tools) -> None:
    (tools.folder / "outputs").write_text('{"url": "x"}')
    assert tools.run("drift").returncode == 0
    assert tools.calls_of("pulumi preview") == [ASKED]
    assert tools.run("drift", DRIFTED="yes").returncode != 0


def test_a_stack_with_a_runner_is_asked_by_it(tools: Tools) -> None:
    assert tools.run("drift").returncode == 0
    assert tools.calls_of("pulumi preview") == []
    assert "name=STEP,value=drift" in tools.calls_of("aws codebuild start-build")[0]


def test_the_runner_asks_itself_and_starts_no_other(tools: Tools) -> None:
    assert tools.run("drift", CODEBUILD_BUILD_ID="shop-deploy:b-1").returncode == 0
    assert tools.calls_of("pulumi preview") == [ASKED]
    assert tools.calls_of("aws codebuild") == []
