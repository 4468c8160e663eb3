"""Running checks: what AWS and Kubernetes answer is judged, in the form in which their programs print it, and addresses
are asked over real sockets.

Forms: AWS CLI v2, ``--output text``, https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html#text-output;
kubectl 1.34, https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/ and …/kubectl_rollout_status/.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from analyser.analyses.checks import checks
from analyser.analyses.entrance_checks import Check
from analyser.faces.commands.cli import run
from analyser.faces.commands.run_checks import asked
from analyser.graph import Graph
from tests.analyser.project import write_project
from tests.delivery.tools import Tools
from tests.stacks import stack_graph


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "the-user's"))
    return Tools(tmp_path)


def told(made: Tools, *found: Check, seconds: float = 0) -> list[str]:
    """Asked once each; with ``seconds`` again and again until then."""
    again = {"seconds": seconds, "pause": 0.01} if seconds else {"seconds": 100, "pause": 200}
    return [outcome.line for outcome in asked(found, **again)]


def of(stack: str, title: str) -> Check:
    (found,) = [check for check in checks(stack_graph(stack)) if check.title == title]
    return found


def answered(made: Tools, program: str, answer: str, check: Check, problems: str = "", status: int = 0) -> str:
    (made.folder / "answer").write_text(answer)
    (made.folder / "problems").write_text(problems)
    body = f'cat "{made.folder}/answer"; cat "{made.folder}/problems" >&2; exit {status}'
    made.tool(made.folder / "bin" / program, program, body)
    (line,) = told(made, check)
    return line


GROUP = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/a/b"
NODES = "NAME   STATUS   ROLES    AGE   VERSION\n"
DATABASE, STREAM = ("prod", "prod-postgres: available"), ("prod", "stream-cluster: available")
REACHED, ROLLED = ("prod", "every node is Ready"), ("prod", "microservice: all replicas run")
SITE = ("prod", "cdn-distribution: Deployed, and enabled")


@pytest.mark.parametrize(
    ("program", "of_stack", "well", "ill"),
    [
        ("aws", DATABASE, ["prod-postgres\tavailable\n", "prod-postgres\tstorage-optimization\n"],
         ["", "prod-postgres\tfailed\n", "prod-postgres\tincompatible-parameters\n", "None\n"]),
        ("aws", STREAM, ["stream-cluster-1a2b3c4\tACTIVE\n"],
         ["", "stream-cluster-1a2b3c4\tFAILED\n", "stream-cluster-1a2b3c4\tACTIVE\nother\tACTIVE\n"]),
        ("aws", ("prod", "prod-redis: available"), ["prod-redis\tsnapshotting\n"], ["prod-redis\tcreate-failed\n"]),
        ("aws", ("prod", "the cluster is ACTIVE"), ["ACTIVE\n"], ["UPDATING\n", "INACTIVE\n", ""]),
        ("aws", SITE, ["E2QWRUHAPOMQZL\tDeployed\tTrue\n"],
         ["", "E2QWRUHAPOMQZL\tInProgress\tTrue\n", "E2QWRUHAPOMQZL\tDeployed\tFalse\n"]),
        ("kubectl", REACHED, [f"{NODES}ip-10-0-1-1   Ready    <none>   4d   v1.34.1\n",
          f"{NODES}a   Ready,SchedulingDisabled   <none>   4d   v1.34.1\nb   Ready   <none>   4d   v1.34.1\n"],
         ["", NODES, f"{NODES}a   Ready   <none>   4d   v1\nb   NotReady   <none>   1m   v1\n"]),
        ("kubectl", ROLLED, ['deployment "microservice" successfully rolled out\n'],
         ['Waiting for deployment "microservice" rollout to finish: 1 of 6 updated replicas are available...\n']),
    ],
)  # fmt: skip
def test_what_is_answered_is_judged(
    made: Tools, program: str, of_stack: tuple[str, str], well: list[str], ill: list[str]
) -> None:
    check = of(*of_stack)
    assert [answered(made, program, one, check) for one in well] == [f"ok       {check.title}"] * len(well)
    assert all(answered(made, program, one, check).startswith(f"FAILED   {check.title}: ") for one in ill)


@pytest.mark.parametrize(
    ("stack", "states", "expected"),
    [
        ("prod", "i-1\thealthy\tNone\ni-2\thealthy\tNone\n", "ok"),
        ("prod", "i-1\thealthy\tNone\ni-2\tunhealthy\tTarget.Timeout\n", "FAILED"),
        ("prod", "i-1\tinitial\tElb.RegistrationInProgress\n", "FAILED"),
        ("prod", "", "FAILED"),
        ("prod-dr", "", "ok"),  # what stands by has no targets yet
        ("prod-dr", "i-1\tunhealthy\tTarget.Timeout\n", "FAILED"),
    ],
)
def test_every_group_has_targets_and_all_are_healthy(made: Tools, stack: str, states: str, expected: str) -> None:
    (made.folder / "states").write_text(states)
    made.tool(made.folder / "bin" / "aws", "aws",
              f'[[ $1 == elbv2 ]] && cat "{made.folder}/states" || printf "{GROUP}\\t{GROUP}2\\n"')  # fmt: skip
    (line,) = told(made, of(stack, "every target is healthy"))
    assert line.startswith(expected)


def test_a_group_that_cannot_be_asked_is_not_a_healthy_one(made: Tools) -> None:
    body = f'[[ $1 == elbv2 && $* == *{GROUP}* ]] && exit 254; [[ $1 == elbv2 ]] || printf "{GROUP}\\t{GROUP[:-1]}c\\n"'
    made.tool(made.folder / "bin" / "aws", "aws", body)
    assert told(made, of("prod-dr", "every target is healthy"))[0].startswith("FAILED")


def test_no_group_is_not_a_healthy_one(made: Tools) -> None:
    assert answered(made, "aws", "", of("prod", "every target is healthy")).startswith("FAILED")


def test_an_environment_that_is_called_like_the_stack_does_not_name_it() -> None:
    assert " --tag-filters Key=stack,Values=prod " in of("prod", "every target is healthy").command


def test_what_cannot_be_asked_is_not_asked_again(made: Tools) -> None:
    check = of(*DATABASE)
    problems = "\nAn error occurred (AccessDenied) when calling the DescribeDBInstances operation: not authorized\n"
    started = time.monotonic()
    assert "AccessDenied" in answered(made, "aws", "", check, problems, status=254)
    made.tool(made.folder / "bin" / "aws", "aws", "exit 254")
    assert told(made, check, seconds=30) == [f"FAILED   {check.title}: nothing is there"]
    assert told(made, Check("a tool", "no-such-program", ".*"), seconds=30)[0].endswith("command not found")
    assert time.monotonic() - started < 30


def test_what_is_not_well_yet_is_asked_again_and_what_follows_is_not_kept_waiting(made: Tools) -> None:
    later = made.folder / "later"
    body = f'[[ -f "{later}" ]] && printf "prod-postgres\\tavailable\\n" && exit; touch "{later}"; exit 255'
    made.tool(made.folder / "bin" / "aws", "aws", body)
    made.tool(made.folder / "bin" / "kubectl", "kubectl", "echo 'deployment \"microservice\" successfully rolled out'")
    lines = told(made, of(*DATABASE), of(*ROLLED), seconds=30)
    assert lines == [f"ok       {ROLLED[1]}", f"ok       {DATABASE[1]}"]


def test_what_leaves_something_behind_is_left_to_people_and_kubectl_has_a_configuration_of_its_own(made: Tools) -> None:
    made.tool(made.folder / "bin" / "kubectl", "kubectl", f'echo "$KUBECONFIG" > "{made.folder}/used"; echo up')
    every = checks(stack_graph("prod"))
    assert {check.adds for check in every if " debug " in check.command} == {True}
    assert {check.adds for check in every if " debug " not in check.command} == {False}
    lines = told(made, *[check for check in every if check.adds], of("prod", "the control plane answers"))
    assert [line[:7] for line in lines] == ["not run"] * (len(lines) - 1) + ["ok     "]
    assert made.calls("kubectl") == ["kubectl cluster-info"]
    assert (made.folder / "used").read_text() != f"{made.folder}/the-user's\n"


class Doors(BaseHTTPRequestHandler):
    """200 as an API at /ok, as a page at /page, else 404."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path in ("/ok", "/page") else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8" if self.path == "/page" else "application/json")
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    found = HTTPServer(("127.0.0.1", 0), Doors)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.mark.parametrize(
    ("output", "path", "expected"),
    [
        ("url", "/nothing", "ok"),
        ("healthUrl", "/ok", "ok"),
        ("healthUrl", "/nothing", "FAILED"),
        ("healthUrl", "/page", "FAILED"),
    ],
)
def test_addresses_are_asked_by_name(made: Tools, server: str, output: str, path: str, expected: str) -> None:
    made.tool(made.folder / "bin" / "pulumi", "pulumi", f"echo {server}{path}")
    graph = Graph("strata", "shop", (), {output: "https://shop.example.com"}, region="us-east-1")
    (line,) = told(made, *checks(graph))
    assert line.startswith(expected)
    assert made.calls("pulumi") == [f"pulumi stack output {output} --stack shop"]


def test_an_address_at_which_nobody_listens_fails(made: Tools) -> None:
    made.tool(made.folder / "bin" / "pulumi", "pulumi", "echo http://127.0.0.1:1/")
    (line,) = told(made, *checks(Graph("strata", "shop", (), {"url": "x"}, region="us-east-1")))
    assert line.startswith("FAILED   url answers: a status below 500: curl: (7)")


STACK = """
import pulumi
import pulumi_aws as aws

aws.rds.Instance("database", instance_class="db.t3.micro", identifier="orders", engine="postgres")
pulumi.export("url", "https://shop.example.com")
"""


def test_the_command_tells_each_in_a_line_and_fails_when_one_does(
    made: Tools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(made.folder, STACK))
    made.tool(made.folder / "bin" / "pulumi", "pulumi", "echo https://x")
    made.tool(made.folder / "bin" / "curl", "curl", 'echo "200 0 0.1s"')
    made.tool(made.folder / "bin" / "aws", "aws", "printf 'orders\\tavailable\\n'")
    assert run(["check", "shop", "--run", "--within", "10"]) == 0
    title = "url answers: a status below 500"
    assert capsys.readouterr().out == f"ok       orders: available\nok       {title}\n2 ok\n"
    made.tool(made.folder / "bin" / "aws", "aws", "printf 'orders\\tfailed\\n'")
    assert run(["check", "shop", "--run", "--within", "10"]) == 1
    assert capsys.readouterr().out == f"FAILED   orders: available: orders failed\nok       {title}\n1 ok, 1 FAILED\n"


ACCOUNT = 'config:\n  aws:region: us-east-1\n  aws:allowedAccountIds: ["111122223333"]\n'


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("echo 999988887777", "is in account 111122223333, and you are in 999988887777"),
        ("echo 'Unable to locate credentials' >&2; exit 253",
         "is in account 111122223333, and which you are in is not known: Unable to locate credentials"),
    ],
)  # fmt: skip
def test_a_stack_of_another_account_is_told_in_a_line_and_nothing_is_asked(
    made: Tools, answer: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(made.folder, STACK, ACCOUNT))
    made.tool(made.folder / "bin" / "aws", "aws", answer)
    assert run(["check", "shop", "--run"]) != 0
    assert capsys.readouterr().err == f"strata: shop {said}\n"
    assert made.calls() == ["aws sts get-caller-identity --query Account --output text"]


def test_in_the_account_of_the_stack_it_is_asked(
    made: Tools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(made.folder, STACK, ACCOUNT))
    made.tool(made.folder / "bin" / "pulumi", "pulumi", "echo https://x")
    made.tool(made.folder / "bin" / "curl", "curl", 'echo "200 0 0.1s"')
    body = '[[ $1 == sts ]] && echo 111122223333 || printf "orders\\tavailable\\n"'
    made.tool(made.folder / "bin" / "aws", "aws", body)
    assert run(["check", "shop", "--run", "--within", "10"]) == 0
    assert capsys.readouterr().out.endswith("2 ok\n")


def test_nothing_takes_longer_than_it_may() -> None:
    """A command is broken off when the time is over, and what comes after it is not begun."""
    slow = Check("slow", "sleep 60", ".*")
    begun = time.monotonic()
    assert [one.line for one in asked([slow, Check("next", "echo well", "well")], 0.5, pause=30)] == [
        "FAILED   slow: no answer in 0 seconds",
        "FAILED   next: not asked within 0.5 seconds",
    ]
    assert time.monotonic() - begun < 30


def test_what_is_not_asked_again_in_time_is_what_it_was() -> None:
    checks = [Check("waits", "echo not yet", "well"), Check("slow", "sleep 60", ".*")]
    _, last = asked(checks, 1, pause=0.2)
    assert last.line == "FAILED   waits: not yet"


def test_a_stack_with_nothing_to_check_is_not_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(tmp_path))
    assert run(["check", "shop", "--run"]) != 0
    assert capsys.readouterr().err == "shop has nothing that could be checked\n"


@pytest.mark.parametrize("words", [("--run", "--before"), ("--within", "5"), ("--run", "--within", "-1")])
def test_options_that_contradict_are_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "prod", *words]) == 2
    assert capsys.readouterr().out == ""


def test_what_others_answer_tells_the_terminal_nothing(made: Tools) -> None:
    line = answered(made, "aws", "\x1b]0;mine\x07\x1b[2Jorders\tfailed\n", of(*DATABASE))
    assert line == f"FAILED   {DATABASE[1]}: ]0;mine[2Jorders failed"


def test_what_a_command_leaves_running_ends_with_its_time(made: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyser.faces.commands.run_checks._LONGEST", 3)
    (line,) = told(made, Check("left", f"echo $$ > {made.folder}/pid; command -p sleep 60 &", ".*"))
    assert line == "FAILED   left: no answer in 3 seconds"
    group = int((made.folder / "pid").read_text())
    assert gone(group)


def gone(group: int) -> bool:
    for _ in range(500):
        if not alive(group):
            return True
        time.sleep(0.01)
    return False


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_was_started_ends_with_the_command(tmp_path: Path) -> None:
    code = (
        "from analyser.analyses.entrance_checks import Check\nfrom analyser.faces.commands.run_checks import asked\n"
        f"list(asked([Check('slow', 'echo $$ > {tmp_path}/pid; sleep 60 | cat', '.*')], 60))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert process.poll() is None, "it ended without asking"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.wait(10)
    group = int((tmp_path / "pid").read_text())
    assert gone(group)
