"""The command in another project's folder, and of files that Pulumi's CLI wrote."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

from analyser.faces.commands import cli
from analyser.faces.formats.state import deployment
from analyser.graph import Graph
from analyser.run.foreign import start
from analyser.run.foreign.project import read_project
from analyser.run.foreign.start import run_foreign
from analyser.run.program import ProgramError
from policy.unknown import UNKNOWN
from tests.foreign.gallery import FOLDER, graph

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hidden-in-state"'}
QUEUE = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::jobs"
PARAMETER = "urn:pulumi:prod::shop::aws:ssm/parameter:Parameter::token"
STACK = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"


def write(
    folder: Path, program: str, *, project: str = "name: shop\nruntime: python\n", stack: str = "config: {}\n"
) -> Path:
    (folder / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (folder / "Pulumi.prod.yaml").write_text(stack, encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    return folder


def states(*, blinded: bool = False) -> list[dict[str, Any]]:
    """A stack that a TypeScript program made, as a state has it."""
    given: dict[str, Any] = {"type": "SecureString", "value": "[secret]" if blinded else SECRET}
    arn = "arn:aws:sqs:eu-west-1:210987654321:jobs"
    return [
        {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False},
        {"urn": QUEUE, "type": "aws:sqs/queue:Queue", "custom": True, "id": "jobs", "parent": STACK,
         "inputs": {"name": "jobs"}, "outputs": {"name": "jobs", "arn": arn}},
        {"urn": PARAMETER, "type": "aws:ssm/parameter:Parameter", "custom": True, "id": "token", "parent": STACK,
         "inputs": given, "outputs": given},
    ]  # fmt: skip


def exported() -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": states()}}


def digest(**changes: Any) -> dict[str, Any]:
    steps = [{"op": "create", "urn": state["urn"], "newState": state} for state in states(blinded=True)]
    return {"config": {"aws:region": "eu-west-1"}, "steps": steps, "changeSummary": {"create": 3}, **changes}


def odd(**said: Any) -> dict[str, Any]:
    """An export whose first resource, beside its stack, is of another form."""
    stack, queue, _ = states()
    return {"version": 3, "deployment": {"resources": [{**queue, **said}, stack]}}


def twice() -> dict[str, Any]:
    """An export with a resource that is about to be deleted beside the one in its place, and one within itself."""
    stack, queue, parameter = states()
    return {
        "version": 3,
        "deployment": {"resources": [stack, queue, {**queue, "delete": True}, {**parameter, "parent": PARAMETER}]},
    }


def planned(*steps: str) -> dict[str, Any]:
    goals = {
        state["urn"]: {
            "goal": {
                "type": state["type"],
                "name": state["urn"].rpartition("::")[2],
                "custom": state["custom"],
                "inputDiff": {"adds": state.get("inputs", {})},
            },
            "steps": list(steps),
            "state": state.get("outputs", {}),
        }
        for state in states()
    }
    return {"version": 1, "plan": {"manifest": {}, "resourcePlans": goals}}


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert cli.run(arguments) == code
    said = capsys.readouterr()
    assert "hidden-in-state" not in said.out + said.err
    return said.out


def problem(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines: list[str] = said.err.splitlines()
    assert len(lines) == 1, said.err
    return lines[0]


@pytest.mark.parametrize(
    ("changes", "stack", "said"),
    [
        ({"program": "raise KeyError('no such thing')"}, "prod", "__main__.py:1: KeyError: 'no such thing'"),
        ({"program": "import sys\nsys.exit(3)"}, "prod", "__main__.py:2: the program exited by itself (3)"),
        ({"program": "import project"}, "prod", "__main__.py:1: No module named 'project'; install what the program"),
        ({"program": "from pulumi import automation\nautomation.create_stack('prod', 'shop', lambda: None)"},
         "prod", "__main__.py:2: RuntimeError: the program has the Automation API start Pulumi, which nothing starts"),
        ({"program": "import pulumi\npulumi.Config().require('size')"}, "prod", "Missing required configuration"),
        ({"program": "", "project": "name: shop\nruntime: nodejs\n"}, "prod", "nodejs programs are not run"),
        ({"program": "", "project": "name: shop\nruntime: python\nmain: app\n"}, "prod", "main: app: is not there"),
        ({"program": "", "project": "runtime: python\n"}, "prod", "Pulumi.yaml: name: is required"),
        ({"program": "", "project": "name: shop\nruntime: python\nconfig:\n  size:\n    type: string\n"}, "prod",
         "config.shop:size: is missing"),
        ({"program": ""}, "nowhere", "there is no such stack file; stacks here: prod"),
        ({"program": "", "stack": "config: {'aws:region': '{us-east-1'}"}, "prod", "aws:region: '{us-"),
        ({"program": "", "project": "name: shop\nruntime: python\nstackConfigDir: 3\n"}, "prod",
         "stackConfigDir: is no text"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_2(
    changes: dict[str, str], stack: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, **changes)
    assert said in problem(capsys, "cost", stack)


def test_a_folder_without_a_project_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no Pulumi.yaml" in problem(capsys, "-C", ".", "cost", "prod")
    assert "-C nowhere: No such file" in problem(capsys, "-C", "nowhere", "cost", "prod")
    said = problem(capsys, "--outputs", "acme/net/prod=none.json", "cost", "prod")
    assert said == "strata: --outputs acme/net/prod=none.json: there is no file none.json"


def test_every_answer_is_given_in_another_folder(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    saved = tmp_path / "state.json"
    saved.write_text(json.dumps(deployment(graph("lambda_api"))), encoding="utf-8")
    assert cli.run(["-C", str(FOLDER / "lambda_api"), "preview", "dev", "--output", str(tmp_path / "told.txt")]) == 1
    capsys.readouterr()
    assert "7 resources in 0 components" in (tmp_path / "told.txt").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    of_file = ("--from", str(saved))
    assert "total" in told(capsys, "cost", *of_file)
    assert "handler" in told(capsys, "timeline", *of_file)
    assert "internet" in told(capsys, "reach", *of_file)
    assert told(capsys, "can", *of_file, "handler", "dynamodb:GetItem", "orders").startswith("yes")
    assert "<svg" in told(capsys, "diagram", *of_file)
    assert "`orders`" in told(capsys, "inventory", *of_file)
    assert "would be stopped" in told(capsys, "preview", *of_file, code=1)
    assert "cis" in told(capsys, "policies", *of_file, "--framework", "cis").lower()
    assert f"is a file; strata preview --from {saved} judges it" in problem(capsys, "policies", *of_file)


def test_what_is_not_only_of_strata_answers_in_another_folder(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(start, "run_foreign", lambda *_, **__: graph("lambda_api"))
    there = ("-C", str(FOLDER / "lambda_api"))
    for command, code in (("recovery", 0), ("teardown", 0), ("check", 0)):
        told(capsys, *there, command, "dev", code=code)
    assert "--state s3://BUCKET" in problem(capsys, *there, "rights-for", "dev")
    assert "--state s3://x names no bucket" in problem(capsys, *there, "rights-for", "dev", "--state", "s3://x")
    looking = Graph("site", "dev", [], {}, region="eu-west-1", config={"a": "b"}, gaps=graph("static_site").gaps)
    monkeypatch.setattr(start, "run_foreign", lambda *_, **__: looking)
    asked = ("-C", str(FOLDER / "static_site"), "rights-for", "dev", "--state", "s3://states")
    assert "Add aws:defaultTags: {tags: {stack: dev}} to its configuration" in problem(capsys, *asked)
    lines = told(capsys, *asked, "--read-only", code=0)
    assert "what the program reads or looks up takes rights of its own, which are not in these policies" in lines
    monkeypatch.setattr(start, "run_foreign", lambda *_, **__: graph("lambda_api"))
    for command in (
        *(("capacity", "dev"), ("delivery", "dev"), ("deploy-plan", "dev"), ("drill", "dev", "zone"), ("schema",)),
    ):
        said = problem(capsys, *there, *command)
        assert f"{command[0]} is of Strata's own project alone, and this is lambda-api" in said


def test_a_secret_that_is_taken_apart_is_unknown_and_another_fault_is_told(tmp_path: Path) -> None:
    program = (
        "import json, pulumi\n"
        "login = pulumi.Config().require_secret('login').apply(json.loads)\n"
        "pulumi.export('name', login.apply(lambda one: one['name']))\n"
    )
    stack = "config:\n  aws:region: eu-west-1\n  shop:login:\n    secure: v1:abc\n"
    write(tmp_path, program, stack=stack)
    found = run_foreign(read_project(tmp_path), "prod")
    assert found.exports == {"name": UNKNOWN}
    assert [(gap.kind, gap.token) for gap in found.gaps] == [("secret", "shop:login")]
    write(tmp_path, "import nowhere\n", stack=stack)
    with pytest.raises(ProgramError, match="No module named 'nowhere'; install what the program requires"):
        run_foreign(read_project(tmp_path), "prod")


def test_a_state_of_another_language_is_read_and_its_secrets_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, found in {"state": exported(), "preview": digest(), "plan": planned("create")}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")
        said = json.loads(told(capsys, "preview", "prod", "--from", f"{name}.json", "--json", code=1))
        assert said["counts"] == {"aws:sqs/queue:Queue": 1, "aws:ssm/parameter:Parameter": 1}
        values = {one["name"]: one["inputs"].get("value") for one in said["resources"]}
        assert values["token"] == {"$secret": True}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (digest(changeSummary={"same": 2}), "2 resources that do not change are left out"),
        (
            {"steps": [], "diagnostics": [{"severity": "error", "message": "\nerror: Missing DB\n"}]},
            "the preview failed, so it holds a part of the stack only: error: Missing DB",
        ),
        (planned("same"), "of 2 resources that exist the plan holds only what changes"),
        ({"resources": []}, "is nothing that the CLI wrote"),
        ({"version": 9, "deployment": {}}, "version 9 of an export is not known"),
        (odd(parent=QUEUE), "resources[0].parent: is within itself"),
        (twice(), "resources[3].parent: is within itself"),
        (odd(dependencies=[3]), "resources[0].dependencies is no list of URNs"),
        (odd(ignoreChanges=3), "resources[0].ignoreChanges is no list"),
        (digest(changeSummary=[1]), "changeSummary is no object"),
    ],
)
def test_half_a_stack_is_none(
    found: Any, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "found.json").write_text(json.dumps(found), encoding="utf-8")
    assert said in problem(capsys, "cost", "--from", "found.json")


def test_a_plan_holds_what_it_imports_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(planned("import")), encoding="utf-8")
    assert "Queue jobs" in told(capsys, "preview", "--from", "plan.json", code=1)


def state_of(*resources: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    stack = {**states()[0], "outputs": outputs}
    provider = {
        "urn": "urn:pulumi:prod::shop::pulumi:providers:aws::default_6_66_2", "type": "pulumi:providers:aws",
        "custom": True, "id": "1", "inputs": {"region": "us-west-2", "version": "6.66.2"},
    }  # fmt: skip
    return {"version": 3, "deployment": {"resources": [stack, provider, *resources]}}


def made(token: str, name: str, **said: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:prod::shop::{token}::{name}", "type": token, "custom": True, "id": name, **said}


def test_a_resource_is_in_the_region_of_its_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Before its version 7 pulumi-aws wrote no region into what it made."""
    monkeypatch.chdir(tmp_path)
    europe = made("pulumi:providers:aws", "eu", inputs={"region": "eu-west-1"})
    given = {"ami": "ami-1", "instanceType": "t3.large"}
    there = made("aws:ec2/instance:Instance", "far", inputs=given, provider=f"{europe['urn']}::eu")
    near = made("aws:ec2/instance:Instance", "near", inputs=given)
    door = made("aws:ec2/eip:Eip", "door", inputs={})
    (tmp_path / "state.json").write_text(json.dumps(state_of(europe, there, near, door)), encoding="utf-8")
    said = json.loads(told(capsys, "cost", "--from", "state.json", "--json"))
    assert {one["name"]: one["region"] for one in said["resources"]} == {
        "far": "eu-west-1",
        "near": "us-west-2",
        "door": "us-west-2",
    }
    assert [one["name"] for one in said["resources"] if one["note"]] == ["door"]
    assert "In use or not: https://" in told(capsys, "cost", "--from", "state.json"), "what its lines rest on"


def test_a_total_of_what_nobody_priced_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    server = made("aws:transfer/server:Server", "files", inputs={})
    (tmp_path / "state.json").write_text(json.dumps(state_of(server)), encoding="utf-8")
    for command, code in (("cost", 0), ("preview", 1)):
        said = told(capsys, command, "--from", "state.json", code=code)
        total = next(line for line in said.splitlines() if "total" in line.split())
        assert "not known" in total
        assert "0.00" not in total
    said = told(capsys, "diff", "state.json", "state.json")
    assert next(line for line in said.splitlines() if line.endswith("total")).count("not known") == 3
    (tmp_path / "none.json").write_text(json.dumps(state_of()), encoding="utf-8")
    assert "0.00  total" in told(capsys, "cost", "--from", "none.json")


def test_what_another_program_puts_out_in_secret_is_shown_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state.json").write_text(json.dumps(state_of(password=SECRET)), encoding="utf-8")
    assert "password  [secret]" in told(capsys, "preview", "--from", "state.json")


def test_another_program_is_taken_away_by_what_pulumi_alone_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    queue = made("aws:sqs/queue:Queue", "jobs", inputs={"name": "jobs"}, protect=True)
    (tmp_path / "state.json").write_text(json.dumps(state_of(queue)), encoding="utf-8")
    said = told(capsys, "teardown", "--from", "state.json")
    assert f"pulumi state unprotect --stack prod --yes '{queue['urn']}'" in said
    assert "strata:" not in said
    assert "strata drill" not in said
    assert "Key=stack" not in said


def test_what_an_up_would_do_is_told_from_a_state_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    program = (
        "import pulumi_aws as aws\n"
        "queue = aws.sqs.Queue('jobs', name='jobs', visibility_timeout_seconds=60)\n"
        "aws.ssm.Parameter('queue', type='String', value=queue.arn)\n"
        "aws.sqs.Queue('old', name='old')\n"
    )
    write(tmp_path, program, stack="config:\n  aws:region: eu-west-1\n")
    state = exported()
    state["deployment"]["pending_operations"] = [
        {"type": "creating", "resource": made("aws:sqs/queue:Queue", "later", inputs={})}
    ]
    state["deployment"]["resources"].append(made("aws:sqs/queue:Queue", "old", inputs={"name": "old"}, taint=True))
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    said = json.loads(told(capsys, "diff", "prod", "--from", "state.json", "--json"))
    assert {change["name"] for change in said["changes"]} == {"jobs", "old", "queue", "token"}
    assert [(one["name"], one["properties"], one["certain"]) for one in said["replaced"]] == [
        ("old", ["options.taint"], True)
    ]
    assert [gap["name"] for gap in said["gaps"]] == ["later"]
    assert "begun by an update" in told(capsys, "diff", "prod", "--from", "state.json")
    jobs = next(change for change in said["changes"] if change["name"] == "jobs")
    assert "visibilityTimeoutSeconds" in json.dumps(jobs)


def test_outputs_of_a_stack_are_read_from_a_file(tmp_path: Path) -> None:
    write(tmp_path, "import pulumi\npulumi.export('seen', pulumi.StackReference('acme/net/prod').get_output('vpc'))\n")
    (tmp_path / "outputs.json").write_text('{"vpc": "vpc-1", "token": "[secret]"}', encoding="utf-8")
    project = read_project(tmp_path)
    found = run_foreign(project, "prod", answers={"acme/net/prod": tmp_path / "outputs.json"})
    assert (found.exports, found.reads) == ({"seen": "vpc-1"}, ("acme/net/prod",))
    assert [gap.kind for gap in found.gaps] == ["region"]
    assert run_foreign(project, "prod").exports == {"seen": UNKNOWN}


def test_what_a_package_calls_secret_is_so_in_what_is_made_of_it(tmp_path: Path) -> None:
    program = (
        "import pulumi, pulumi_random as random, pulumi_aws as aws\n"
        "password = random.RandomPassword('password', length=12)\n"
        "aws.ssm.Parameter('kept', type='SecureString', value=password.result)\n"
        "pulumi.export('password', password.result.apply(lambda text: text.upper()))\n"
        "pulumi.export('length', password.length)\n"
    )
    write(tmp_path, program, stack="config:\n  aws:region: eu-west-1\n")
    found = run_foreign(read_project(tmp_path), "prod")
    assert found.secret_exports == {"password"}
    assert found.only("aws:ssm/parameter:Parameter").secret_inputs == {"value"}
    assert isinstance(found.exports["password"], str), "known all the same"


def test_a_program_runs_in_its_own_virtualenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has Pulumi's SDK and nothing of Strata's: Strata's modules are neither needed nor there."""
    virtualenv = tmp_path / "own"
    (virtualenv / "bin").mkdir(parents=True)
    (virtualenv / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    packages = Path(pulumi.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(packages)]))
    program = (
        "import importlib.util, sys\nimport pulumi\n"
        "pulumi.export('strata', importlib.util.find_spec('analyser') is not None)\n"
        "pulumi.export('prefix', sys.executable)\n"
    )
    project = "name: shop\nruntime:\n  name: python\n  options:\n    virtualenv: own\n"
    write(tmp_path, program, project=project)
    found = run_foreign(read_project(tmp_path), "prod")
    assert found.exports == {"strata": False, "prefix": str(virtualenv / "bin" / "python")}


def test_a_virtualenv_that_is_not_made_is_told(tmp_path: Path) -> None:
    project = "name: shop\nruntime:\n  name: python\n  options:\n    virtualenv: own\n"
    write(tmp_path, "import pulumi\npulumi.export('a', 1)\n", project=project)
    gaps = run_foreign(read_project(tmp_path), "prod").gaps
    assert [(gap.kind, gap.token) for gap in gaps] == [("region", "us-east-1"), ("interpreter", "own")]
