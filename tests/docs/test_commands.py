"""Every command of every page: its program is known, takes what it is given, and names what there is."""

import functools
import json
import re
import shlex
from itertools import pairwise
from typing import Any

import pytest
from typer.testing import CliRunner

import systems
from analyser.faces.commands import cli
from settings.errors import SettingsError
from settings.stack import PROJECT, parse
from settings.stackfile import read
from tests.awscli import calls, problems
from tests.docs import programs
from tests.docs.code import OPEN, PAGES, Code, codes, inner, is_shell, simple
from tests.stacks import ROOT, stack_graph

CODES = [code for page in PAGES for code in codes(page)]
SHELL = [code for code in CODES if is_shell(code)]
COMPLEX = frozenset({"aws", "kubectl", "pulumi", "strata", "make"})
"""Programs with a test of their own."""
NAMING = (
    "--db-instance-identifier", "--replication-group-id", "--function-name", "--table-name", "--cluster-name",
    "--log-group-name", "--cluster", "--service", "--domain-name", "--project-name", "--secret-id", "--bucket",
)  # fmt: skip
"""Options of the AWS CLI whose value is a name that the program gives."""


def told(code: Code) -> str:
    return f"{code.page}: {' '.join(code.text.split())[:60]}"


def every(code: Code) -> list[list[str]]:
    """The simple commands of a piece of code, and of what it substitutes."""
    found = list(simple(code.text))
    return found + [words for part in inner(code.text) for words in simple(part)]


def commands(program: str) -> list[tuple[Code, list[str]]]:
    """Every command of one program: all of blocks, and the spans that begin with it."""
    spans = [code for code in CODES if not code.whole and re.match(rf"{re.escape(program)} [a-z-]", code.text)]
    found = [(code, words) for code in (*SHELL, *spans) for words in every(code)]
    return [(code, words[1:]) for code, words in found if words[0] == program]


def functions(code: Code) -> set[str]:
    """The shell functions that a page's blocks define."""
    return {
        name for one in SHELL if one.page == code.page for name in re.findall(r"^(\w+)\(\)", one.text, re.MULTILINE)
    }


def judged(words: list[str], known: set[str]) -> list[str]:
    """What is wrong with the command's program, or with its options where it has no test of its own."""
    first = words[0]
    if first in COMPLEX or first in known or first in programs.BUILTINS or first.startswith(programs.LOCAL):
        return []
    two = " ".join(words[:2])
    if two in programs.PROGRAMS:
        return programs.unknown(programs.PROGRAMS[two], words[2:], two)
    if first in programs.PROGRAMS:
        return programs.unknown(programs.PROGRAMS[first], words[1:], first)
    return [f"no program {first} is known"]


def test_code_is_found() -> None:
    assert len(SHELL) > 20
    assert {program for program in COMPLEX if commands(program)} == COMPLEX


@pytest.mark.parametrize("code", SHELL, ids=told)
def test_a_block_runs_programs_that_are_known_with_options_that_they_have(code: Code) -> None:
    assert [problem for words in every(code) for problem in judged(words, functions(code))] == []


@pytest.mark.parametrize(("code", "words"), commands("kubectl"), ids=lambda value: str(value)[-60:])
def test_kubectl_takes_it_and_finds_what_it_names(code: Code, words: list[str]) -> None:
    wrong, verb, rest = programs.kubectl(words)
    if code.whole or len(words) > 2:
        assert wrong == []
    kept = [named for stack in code.stacks for named in objects(stack)]
    namespace = programs.namespace_of(words)
    if namespace and not OPEN.search(namespace):
        assert ("Namespace", namespace) in [(kind, data.get("name")) for kind, data in kept]
    for kind, name in pairs(verb, rest):
        there = [data["name"] for had, data in kept if had == kind and namespace in ("", data.get("namespace"))]
        assert name in there, f"{namespace} has no {kind} {name}; it has {sorted(there)}"


@functools.cache
def objects(stack: str) -> list[tuple[str, dict[str, Any]]]:
    """Kind and metadata of what a stack keeps in Kubernetes."""
    nodes = [node for node in stack_graph(stack).resources if node.package == "kubernetes"]
    return [(node.kind, node.inputs["metadata"]) for node in nodes if isinstance(node.inputs.get("metadata"), dict)]


def pairs(verb: str, rest: list[str]) -> list[tuple[str, str]]:
    """The kinds and names that a command of kubectl is about, as far as the program makes such."""
    if verb in ("drain", "cordon", "uncordon", "run", "apply", "cluster-info", "auth", "top"):
        return []
    words = rest[1:] if verb == "rollout" else rest
    found = [tuple(word.split("/", 1)) for word in words if "/" in word]
    if not found and len(words) > 1 and verb in ("get", "describe", "delete"):
        found = [(words[0], name) for name in words[1:]]
    for kind in ([pair[0] for pair in found] or words[:1]) if verb in ("get", "describe", "delete", "rollout") else ():
        assert kind in programs.KINDS, f"kubectl knows no kind {kind}"
    named = [(programs.KINDS[pair[0]], pair[1]) for pair in found if pair[0] in programs.KINDS]
    return [(kind, name) for kind, name in named if kind and not OPEN.search(name)]


@pytest.mark.parametrize("code", [code for code in CODES if "aws " in code.text], ids=told)
def test_the_aws_cli_takes_it_and_finds_what_it_names(code: Code) -> None:
    for words in calls(code.text):
        if len(words) < 3:
            continue
        assert problems(words, whole=code.whole) == []
        given = dict(pairwise(words))
        if words[1:3] == ["logs", "tail"] and len(words) > 3:
            given["--log-group-name"] = words[3]
        for option in NAMING:
            name = given.get(option, "")
            if name and not OPEN.search(name) and not name.startswith("arn:"):
                assert name in code.names(), f"{option} {name} is in none of {code.stacks}"


@pytest.mark.parametrize(("code", "words"), commands("strata"), ids=lambda value: str(value)[-60:])
def test_strata_has_the_command_its_options_and_the_stack(code: Code, words: list[str]) -> None:
    assert programs.strata(words, whole=code.whole) == []


AT_ONCE = sorted({tuple(words) for _, words in commands("strata") if words in (["policies"], ["delivery"], ["stacks"])})
"""What pages name that answers without running a program; samples of the others are run where pages show them."""


@pytest.mark.parametrize("words", AT_ONCE, ids=" ".join)
def test_what_answers_at_once_is_run(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli.app, words)
    assert (done.exit_code, bool(done.stdout.strip())) == (0, True)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("cost", ["strata cost: Missing parameter: stack"]),
        ("cost prod consulting-prod", ["strata cost: Got unexpected extra argument(s) (consulting-prod)"]),
        ("new house shop", ["strata new: Value error, 'house' is not one of 'system', 'component', 'rule', 'stack'."]),
        ("can prod ROLE", []),
    ],
)
def test_strata_is_judged_by_its_own_parser(text: str, wrong: list[str]) -> None:
    assert programs.strata(shlex.split(text), whole=True) == wrong


@pytest.mark.parametrize(("code", "words"), commands("make"), ids=lambda value: str(value)[-60:])
def test_the_makefile_has_the_target(code: Code, words: list[str]) -> None:
    assert [word for word in words if "=" not in word and word not in programs.targets()] == [], code.page


SETTINGS = [
    (code, dict(re.findall(r"([a-z][\w.]*): ([\w.-]+)", code.text)))
    for code in CODES
    if code.page.startswith("docs/runbooks/")
    and re.fullmatch(r"[a-z][\w.]*: [\w.-]+(?:, [a-z][\w.]*: [\w.-]+)*", code.text)
]


def changed(stack: str, changes: dict[str, str]) -> dict[str, str] | None:
    """A stack's configuration with settings changed; None where it has no place for one of them."""
    config = dict(read(ROOT, stack).config)
    settings = json.loads(config[f"{PROJECT}:settings"])
    fields = {field.alias or name for name, field in systems.SETTINGS[config[f"{PROJECT}:system"]].model_fields.items()}
    for path, value in changes.items():
        *outer, last = path.split(".")
        places = [settings] if outer or last in settings else list(_holding(settings, last))
        place: Any = places[0] if len(places) == 1 else settings if last in fields else None
        for step in outer:
            place = place.setdefault(step, {}) if isinstance(place, dict) and outer[0] in fields else None
        if not isinstance(place, dict):
            return None
        place[last] = json.loads(value) if re.fullmatch(r"\d+|true|false|null", value) else value
    config[f"{PROJECT}:settings"] = json.dumps(settings)
    return config


def _holding(value: Any, key: str) -> list[dict[str, Any]]:
    """The blocks that already say a setting."""
    if not isinstance(value, dict):
        return []
    mine = [value] if key in value else []
    return mine + [block for member in value.values() for block in _holding(member, key)]


@pytest.mark.parametrize(("code", "changes"), SETTINGS, ids=lambda value: str(value)[:60])
def test_a_setting_that_a_runbook_says_to_set_is_taken_by_a_stack_of_it(code: Code, changes: dict[str, str]) -> None:
    refused = []
    for stack in code.stacks:
        config = changed(stack, changes)
        if config is None:
            continue
        try:
            parse(stack, config, systems.SETTINGS)
        except SettingsError as error:
            refused.append(str(error))
        else:
            return
    assert refused == [], f"{code.page}: {code.text}"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("frobnicate -x", ["no program frobnicate is known"]),
        ("curl --frobnicate x", ["curl: no option --frobnicate"]),
        ("redis-cli --tls -h h ping", []),
        ("docker login --password-stdin --username AWS r", []),
    ],
)
def test_a_command_is_judged_by_its_program(text: str, wrong: list[str]) -> None:
    assert judged(shlex.split(text), set()) == wrong


def test_kubectl_is_judged_by_its_verbs() -> None:
    assert programs.kubectl(shlex.split("-n x rollout restart deployment/a"))[0] == []
    assert programs.kubectl(shlex.split("-n x rollout now deployment/a"))[0] != []
    assert programs.kubectl(shlex.split("restart x"))[0] == ["kubectl restart x: no such command"]
    assert programs.kubectl(shlex.split("get pods --tail=3"))[0] == ["kubectl get: no option --tail"]
    assert programs.kubectl(shlex.split("logs x -o wide"))[0] == ["kubectl logs: no option -o"]
    assert programs.kubectl(shlex.split("run x --rm -it --image=y"))[0] == []
    assert programs.kubectl(shlex.split("run x -ix"))[0] == ["kubectl run: no option -ix"]
    assert programs.KUBECTL["source"].startswith("kubectl v0.")


def test_settings_are_judged_as_a_preview_judges_them() -> None:
    config = changed("prod", {"nodes.minSize": "500"})
    assert config is not None
    with pytest.raises(SettingsError, match="minSize"):
        parse("prod", config, systems.SETTINGS)
