"""`make engine` on a project, with a stand-in for Pulumi's CLI that does what a script says."""

import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine.__main__ import run
from tests.stacks import ROOT

pytestmark = pytest.mark.long

# Notes how it was called, and behaves as the real one does in what the runner reads: events, exit status, stack file.
PULUMI = """#!{python} -SE
import json, os, sys, time
arguments = sys.argv[1:]
here = os.path.dirname(__file__)
with open(here + "/calls", "a") as calls:
    print(json.dumps([arguments, os.getcwd(), dict(os.environ)]), file=calls)
given = dict(zip(arguments, arguments[1:]))
command = " ".join(word for word in arguments[:2] if not word.startswith("-"))
if command == "stack init":
    with open(given["--cwd"] + "/Pulumi." + given["--stack"] + ".yaml", "a") as file:
        file.write("encryptionsalt: v1\\n")
script = json.load(open(here + "/script"))
events = script.get(command) or script.get(arguments[0]) or []
if "--event-log" in given:
    with open(given["--event-log"], "a") as log:
        for event in events:
            print(json.dumps(event), file=log)
try:
    open(here + "/begun", "w").close()
    time.sleep(script.get("sleep", 0))
except KeyboardInterrupt:
    open(here + "/ended", "w").close()
    sys.exit(255)
print("said", command)
sys.exit(script.get("exit", {{}}).get(command, 0))
"""
BUCKET_URN = "urn:pulumi:shop::strata::aws:s3/bucket:Bucket::store"
DONE = {
    "preview": [{"summaryEvent": {"resourceChanges": {"create": 2}}}],
    "up": [{"summaryEvent": {"resourceChanges": {"create": 2}}}],
    "destroy": [{"summaryEvent": {"resourceChanges": {"delete": 2}}}],
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one stack that makes nothing, and a folder of commands beside it that alone is on PATH."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: strata\nruntime: python\n", encoding="utf-8")
    (root / "__main__.py").write_text("", encoding="utf-8")
    settings = '{"application": {"tag": "1.0.0"}, "budget": {"tag": {"key": "stack"}}}'
    lines = [
        "aws:region: us-east-1",
        "strata:system: records",
        "strata:environment: dev",
        f"strata:settings: {settings}",
    ]
    (root / "Pulumi.shop.yaml").write_text("config:\n  " + "\n  ".join(lines) + "\n", encoding="utf-8")
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, text in (("pulumi", PULUMI.format(python=sys.executable)), ("pulumi-resource-eks", "#!/bin/sh\n")):
        (commands / name).write_text(text, encoding="utf-8")
        (commands / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "the user's")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return root


def script(project: Path, **said: object) -> None:
    text = json.dumps({**DONE, "up --yes": None, **said})
    (project.parent / "commands" / "script").write_text(text, encoding="utf-8")


def calls(project: Path) -> list[list[str]]:
    lines = (project.parent / "commands" / "calls").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)[0] for line in lines]


def changed(project: Path) -> dict[str, object]:
    """A script in which the second `up` updates one resource."""
    return {"config set-all": [], "up": [{"summaryEvent": {"resourceChanges": {"update": 1, "create": 1}}}]}


def test_a_stack_goes_through_every_step_and_the_table_tells(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script(project, **changed(project))
    before = {path: path.read_bytes() for path in project.iterdir()}
    assert run([], project) == 0
    said = capsys.readouterr()
    head, row = said.out.splitlines()
    assert head.split() == ["stack", "preview", "up", "no", "change", "change", "destroy", "resources"]
    assert row.split()[0] == "shop"
    assert row.count("ok") == 5
    assert "shop destroy: " in said.err
    words = [" ".join(word for word in call[:3] if not word.startswith("-")) for call in calls(project)]
    assert [word.split()[0] for word in words] == [
        "stack",
        "preview",
        "up",
        "preview",
        "config",
        "up",
        "config",
        "up",
        "destroy",
    ]
    changing = calls(project)[4]
    assert "strata:settings.application.tag=1.1.0" in changing
    assert not [word for word in changing if "budget" in word]
    packs = [call for call in calls(project) if "--policy-pack" in call]
    assert len(packs) == 4
    assert {path: path.read_bytes() for path in project.iterdir()} == before
    assert list((project.parent / "temporary").iterdir()) == []
    assert not (project.parent / "home").exists()


def test_a_recovery_stack_is_promoted_beside_its_home_stack_which_is_made_first(project: Path) -> None:
    said = (project / "Pulumi.shop.yaml").read_text(encoding="utf-8")
    away = said.replace("us-east-1", "us-west-2").replace(
        "strata:settings: {", 'strata:settings: {"recovery": {"home": "shop", "promoted": false}, '
    )
    (project / "Pulumi.shop-dr.yaml").write_text(away, encoding="utf-8")
    script(project, **changed(project))
    assert run(["shop-dr"], project) == 0
    made = [(call[0], call[call.index("--stack") + 1]) for call in calls(project)]
    assert made[:4] == [("stack", "shop"), ("up", "shop"), ("stack", "shop-dr"), ("preview", "shop-dr")]
    assert {stack for _, stack in made[4:]} == {"shop-dr"}
    (changing,) = [call for call in calls(project) if "set-all" in call]
    assert "strata:settings.recovery.promoted=true" in changing


def test_nothing_of_the_user_reaches_pulumi(project: Path) -> None:
    script(project, **changed(project))
    run(["shop"], project)
    for line in (project.parent / "commands" / "calls").read_text(encoding="utf-8").splitlines():
        arguments, folder, environment = json.loads(line)
        assert Path(folder) == project
        assert "PULUMI_ACCESS_TOKEN" not in environment
        assert "AWS_PROFILE" not in environment
        for key in ("PULUMI_HOME", "PULUMI_BACKEND_URL"):
            assert str(project.parent / "temporary") in environment[key]
        if "--config-file" in arguments:
            assert str(project.parent / "temporary") in arguments[arguments.index("--config-file") + 1]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"exit": {"preview": 255}}, "preview: said preview"),
        (
            {"exit": {"preview": 1}, "preview": [{"diagnosticEvent": {"message": "no paper\n", "severity": "error"}}]},
            "preview: no paper",
        ),
        (
            {
                "preview": [
                    {"policyEvent": {"policyName": "s3-x", "resourceUrn": BUCKET_URN, "enforcementLevel": "advisory"}}
                ]
            },
            "preview: only the engine finds s3-x at store",
        ),
        ({}, "change: nothing changed"),
    ],
)
def test_a_step_that_fails_ends_the_stack_and_is_1(
    project: Path, capsys: pytest.CaptureFixture[str], said: dict[str, object], problem: str
) -> None:
    script(project, **said)
    assert run(["shop"], project) == 1
    table = capsys.readouterr().out.splitlines()
    assert "failed" in table[1]
    assert table[1].split()[-2] == "-" or problem.startswith("change")
    assert table[2] == f"shop {problem}"
    assert calls(project)[-1][0] != "destroy"
    assert list((project.parent / "temporary").iterdir()) == []


def test_what_the_preview_alone_finds_fails_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script(project)
    bucket = 'import pulumi_aws\npulumi_aws.s3.Bucket("store", bucket="records-store")\n'
    (project / "__main__.py").write_text(bucket, encoding="utf-8")
    assert run(["shop"], project) == 1
    assert "shop preview: only strata preview finds " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        (
            "pulumi",
            "make engine: pulumi is not on PATH: https://www.pulumi.com/docs/install/ (or: brew install pulumi)\n",
        ),
        ("pulumi-resource-eks", "make engine: pulumi-resource-eks is missing: pulumi plugin install resource eks 4."),
    ],
)
def test_what_is_missing_is_told_in_a_line_with_how_to_get_it(
    project: Path, capsys: pytest.CaptureFixture[str], missing: str, line: str
) -> None:
    (project.parent / "commands" / missing).unlink()
    assert run(["shop"], project) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1


def test_the_provider_of_eks_may_be_among_the_users_plugins(project: Path) -> None:
    from tests.engine.workspace import MissingError, eks_provider

    (project.parent / "commands" / "pulumi-resource-eks").unlink()
    with pytest.raises(MissingError) as told:
        eks_provider()
    number = str(told.value).rpartition(" ")[2]
    plugin = project.parent / "home" / "plugins" / f"resource-eks-v{number}" / "pulumi-resource-eks"
    plugin.parent.mkdir(parents=True)
    plugin.write_text("", encoding="utf-8")
    assert eks_provider() == plugin


def test_no_such_stack_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["shp"], project) == 2
    assert capsys.readouterr().err == "make engine: there is no stack shp; stacks here: shop\n"


def test_an_interrupt_leaves_nothing_behind(project: Path) -> None:
    """By either signal, one after the other to one process: starting it is what takes long."""
    script(project, sleep=3600)
    program = (
        "import pathlib, signal, sys; from tests.engine import __main__ as m\n"
        "signal.signal(signal.SIGTERM, m._interrupted)\n"
        "def run():\n"
        f"    status = m.run(['shop'], pathlib.Path({str(project)!r}))\n"
        "    print('status', status, flush=True)\n"
        "    return status\n"
        "sys.exit([run(), run()] != [130, 130])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    begun, ended = (project.parent / "commands" / name for name in ("begun", "ended"))
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            for number in (signal.SIGINT, signal.SIGTERM):
                while process.poll() is None and not begun.exists():
                    time.sleep(0.05)
                begun.unlink()
                process.send_signal(number)
                said = list(itertools.takewhile(lambda line: not line.startswith("status "), process.stdout))
                assert any(line.startswith("shop") for line in said)
                ended.unlink()  # the engine was asked to end, and waited for
                assert list((project.parent / "temporary").iterdir()) == []
                assert "encryptionsalt" not in (project / "Pulumi.shop.yaml").read_text(encoding="utf-8")
            _, err = process.communicate(timeout=600)
        finally:
            process.kill()
    assert err.count("\ninterrupted\n") == 2
    assert process.returncode == 0, err
