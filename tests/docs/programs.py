"""Small models of the programs that pages name: which options they have, and which of them take a value.

kubectl's are in ``kubectl_cli.json`` with their source, the others' from their own manuals: https://redis.io/docs/latest/develop/tools/cli/,
https://www.postgresql.org/docs/current/app-psql.html, https://curl.se/docs/manpage.html, https://jqlang.org/manual/,
https://docs.docker.com/reference/cli/docker/, https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/,
https://github.com/websockets/wscat, https://docs.openssl.org/master/man1/, https://helm.sh/docs/helm/,
https://cli.github.com/manual/, https://git-scm.com/docs, https://github.com/npm/cli/tree/latest/docs, https://bind9.readthedocs.io/en/latest/manpages.html.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperGroup
from typer.exceptions import TyperException

from analyser.faces.commands import cli
from tests.docs.code import OPEN
from tests.stacks import ROOT, STACKS


@dataclass(frozen=True)
class Program:
    """Options of one program or command, those that take a value apart; ``commands`` where it has any."""

    flags: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()


def _program(flags: str = "", valued: str = "", commands: str = "") -> Program:
    return Program(frozenset(flags.split()), frozenset(valued.split()), frozenset(commands.split()))


PROGRAMS = {
    "curl": _program(
        "-f -s -S -I -sI -fI -sf -sS -fsS --compressed --fail --silent --show-error --location --retry-all-errors",
        "-H -o -w -d -X --user --aws-sigv4 --max-time --output --retry --retry-delay --retry-max-time",
    ),
    "jq": _program("-r -c --raw-output --compact-output --null-input --exit-status --slurp", "--arg"),
    "docker login": _program("--password-stdin", "--username"),
    "docker buildx": _program("--push", "--platform -t -f --target --build-arg", "build"),
    "docker build": _program("--push", "--platform -t -f --target --build-arg"),
    "docker push": _program(),
    "npm": _program("", "", "ci run"),
    "k6": _program("", "-e --vus --duration", "run"),
    "wscat": _program("", "-c -H -x"),
    "redis-cli": _program("--tls", "-h -p --user -a -u --cacert"),
    "psql": _program("--quiet --no-psqlrc", "-c -f -d -h -p -U --dbname --file"),
    "pg_isready": _program("", "-h -p -U -d"),
    "openssl": _program("-nocrypt -genkey -noout -topk8 -pubout", "-name -out -in", "ecparam pkcs8 ec"),
    "helm": _program("--atomic --all", "-n --namespace --version --repo", "install upgrade list history rollback show"),
    "git": _program("-b", "-m", "clone revert checkout commit push tag log rev-parse"),
    "gh": _program("", "--ref -f --field --jq --body --env --method --input", "api workflow run secret variable"),
    "dig": _program("+short"),
    "shred": _program("-u -n -z"),
    "python": _program("", "-c -m"),
    ".venv/bin/python": _program("", "-c -m"),
    ".venv/bin/pytest": _program("", "-k"),
    "bash": _program("--login"),
    "zip": _program("-r -q -j", "-x"),
    "read": _program("-r -s", "-p"),
}
BUILTINS = frozenset(
    {
        "break",
        "export",
        "cd",
        "echo",
        "set",
        "unset",
        ".",
        ":",
        "for",
        "in",
        "do",
        "done",
        "while",
        "if",
        "then",
        "fi",
        "else",
        "test",
    }
    | {"case", "esac", "printf", "[", "source", "grep", "head", "tail", "sort", "tee", "base64", "mkdir", "chmod", "cp"}
)
LOCAL = ("delivery/", "tools/", "./", ".ci/")
"""Where the project's own scripts lie."""
KUBECTL: dict[str, Any] = json.loads(Path(__file__).with_name("kubectl_cli.json").read_text(encoding="utf-8"))
"""Flags of each command of kubectl, those that take a value apart, as the sources of a version register them."""
KINDS = {
    "deployment": "Deployment", "deployments": "Deployment", "deploy": "Deployment", "daemonset": "DaemonSet",
    "daemonsets": "DaemonSet", "statefulset": "StatefulSet", "job": "Job", "jobs": "Job", "pod": "", "pods": "",
    "po": "", "service": "Service", "services": "Service", "svc": "Service", "node": "", "nodes": "", "vpa": "",
    "hpa": "HorizontalPodAutoscaler", "secret": "", "secrets": "", "configmap": "ConfigMap", "configmaps": "ConfigMap",
    "cm": "ConfigMap", "serviceaccount": "ServiceAccount", "externalsecret": "ExternalSecret", "events": "",
    "namespace": "Namespace", "networkpolicy": "NetworkPolicy", "pvc": "PersistentVolumeClaim", "replicasets": "",
    "externalsecrets": "ExternalSecret", "targetgroupbinding": "TargetGroupBinding", "nodeclaims": "", "nodepools": "",
    "pv": "",
}  # fmt: skip
"""Kinds by the words that kubectl takes for them; those that others than the program make have none of their own."""


def unknown(program: Program, words: list[str], label: str) -> list[str]:
    """What a program would not take: options that it has not, a command that it has not."""
    found, rest = [], iter(words)
    commands = [word for word in words if not word.startswith("-")]
    if program.commands and (not commands or not program.commands & set(commands)):
        found.append(f"{label}: no such command among {', '.join(words[:3])}")
    for word in rest:
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            continue
        option, given, _ = word.partition("=")
        if option in program.valued:
            if not given:
                next(rest, None)
        elif option not in program.flags:
            found.append(f"{label}: no option {option}")
    return found


def kubectl(words: list[str]) -> tuple[list[str], str, list[str]]:
    """What kubectl would not take, the verb, and the words that are not options, without the verb."""
    rest = list(words)
    before = []
    while rest and rest[0].startswith("-"):  # options that every verb has may stand before it
        before += [rest.pop(0)] if "=" in rest[0] else [rest.pop(0), rest.pop(0) if rest else ""]
    verb = rest[0] if rest else ""
    name = next((key for key in (" ".join(rest[:2]), verb) if key in KUBECTL["commands"]), None)
    if name is None:
        return [f"kubectl {' '.join(rest[:2])}: no such command"], verb, []
    program = _kubectl_program(name)
    given = [letter for word in rest[1:] for letter in _letters(word, program)]
    left = given[name.count(" ") :]
    return unknown(program, [*before, *left], f"kubectl {name}"), verb, arguments(program, given)


def _kubectl_program(name: str) -> Program:
    own, every = KUBECTL["commands"][name], KUBECTL["every"]
    valued = {*own["options"], *(option for option in every["options"] if option not in own["flags"])}
    return Program(frozenset({*own["flags"], *every["flags"]}), frozenset(valued))


def _letters(word: str, program: Program) -> list[str]:
    """Flags of one letter apart, which may be written as one: ``-it``."""
    apart = [f"-{letter}" for letter in word[1:]] if re.fullmatch("-[A-Za-z]{2,}", word) else []
    return apart if apart and all(letter in program.flags for letter in apart) else [word]


def arguments(program: Program, words: list[str]) -> list[str]:
    """The words that are neither options nor their values."""
    found, rest = [], iter(words)
    for word in rest:
        if word == "--":
            break
        if not word.startswith("-"):
            found.append(word)
        elif "=" not in word and word in program.valued:
            next(rest, None)
    return found


def namespace_of(words: list[str]) -> str:
    """The namespace that a command of kubectl is about; empty for the one that is set."""
    for place, word in enumerate(words):
        option, _, value = word.partition("=")
        if option in ("-n", "--namespace"):
            return value or (words[place + 1] if place + 1 < len(words) else "")
    return ""


def strata(words: list[str], *, whole: bool) -> list[str]:
    """What the program's own parser has not: commands, options, stacks."""
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    before = {name: parameter for parameter in group.params for name in parameter.opts}
    while words and words[0].startswith("-"):
        if words[0] not in {*before, "--help"}:
            return [f"strata: no option {words[0]}"]
        takes = words[0] in before and not getattr(before[words[0]], "is_flag", False)
        words = words[2 if takes else 1 :]
    if not words or words == ["…"]:
        return []
    command = group.commands.get(words[0])
    if command is None:
        return [f"strata: no command {words[0]}"]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    found = [f"strata {words[0]}: no option {word}" for word in words if word.startswith("--") and word not in options]
    first = next((parameter.name for parameter in command.params if parameter.param_type_name == "argument"), "")
    if whole and first == "stack" and len(words) > 1 and words[1].isidentifier() and words[1].islower():
        found += [] if words[1] in STACKS else [f"strata {words[0]}: no stack {words[1]}"]
    return found or _refused(command, words, whole=whole)


def _refused(command: Any, words: list[str], *, whole: bool) -> list[str]:
    """What the command's own parser refuses: values, arguments that are missing or too many.

    Words that readers put their own in place of (``<name>``, ``ROLE``) are not read, nor is a sentence's mention of a
    command or of one of its options.
    """
    if any(OPEN.search(word) or word.isupper() for word in words) or (len(words) <= 2 and not whole):
        return []
    try:
        command.parse_args(command.context_class(command, info_name=words[0]), words[1:])
    except TyperException as error:
        return [f"strata {words[0]}: {error}"]
    return []


def targets() -> set[str]:
    """The targets of the Makefile."""
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    return {
        name
        for line in lines
        if ":" in line and not line.startswith(("\t", "#", "."))
        for name in line.partition(":")[0].split()
    }
