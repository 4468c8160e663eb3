"""Checks commands of the AWS CLI against botocore's models: service, operation, options, what is required and asked."""

import functools
import re
import shlex
from collections.abc import Iterator
from typing import Any

import botocore.session
import jmespath.parser
from botocore import xform_name

# The CLI's own names and commands: https://docs.aws.amazon.com/cli/latest/reference/
_SERVICES = {"configservice": "config", "deploy": "codedeploy", "s3api": "s3"}
_CUSTOM = {
    ("cloudfront", "create-invalidation"): {"--distribution-id", "--paths"},
    ("ecr", "get-login-password"): set(),
    ("eks", "update-kubeconfig"): {"--name"},
    ("logs", "tail"): {"--since", "--follow", "--filter-pattern"},
    ("s3", "sync"): {"--exclude", "--cache-control"},
    ("s3", "cp"): {"--cache-control"},
}
_GLOBAL = {"--region", "--query", "--output", "--profile", "--no-cli-pager"}
_BEGIN = re.compile(r"(?:(?<=^)|(?<=[\s(`]))aws (?=[a-z0-9-]+ )", re.MULTILINE)
_END = re.compile(r"[)|;`\n]|&&|    # ")


def calls(text: str) -> Iterator[list[str]]:
    """The words of every call of ``aws`` in a text; quotes keep what they enclose, continued lines are one."""
    text = text.replace("\\\n", " ")
    for found in _BEGIN.finditer(text):
        yield shlex.split(_until_end(text[found.start() :]), comments=False)


def problems(words: list[str], *, whole: bool = True) -> list[str]:
    """What the AWS CLI, or the service, would say against a call; ``whole`` is false for one that only names it."""
    _, service, operation, *rest = words
    if service == "configure":
        return []
    options = _options(rest)
    label = f"aws {service} {operation}"
    if operation == "wait":
        return [] if xform_name(rest[0]) and rest[0] in _waiters(service) else [f"{label} {rest[0]}: no such waiter"]
    if (service, operation) in _CUSTOM:
        return [
            f"{label}: no option {option}" for option in options if option not in _GLOBAL | _CUSTOM[service, operation]
        ]
    model = _operations(service).get(operation)
    if model is None:
        return [f"{label}: no such operation"]
    members = model.input_shape.members if model.input_shape else {}
    known = {f"--{xform_name(name, '-')}": name for name in members}
    switches = {f"--no-{key[2:]}" for key, name in known.items() if members[name].type_name == "boolean"}
    found = [f"{label}: no option {option}" for option in options if option not in {*known, *switches, *_GLOBAL}]
    required = model.input_shape.required_members if model.input_shape and whole else []
    found += [f"{label}: lacks {key}" for key, name in known.items() if name in required and key not in options]
    return found + [f"{label}: no {name} in the answer" for name in _asked(options.get("--query", ""), model)]


def operation_of(words: list[str]) -> str:
    """What a call asks of the service, with the name that it signs with: ``rds:RebootDBInstance``. Raises KeyError for
    a command of the CLI's own."""
    _, service, command, *rest = words
    name = _SERVICES.get(service, service)
    if command == "wait":
        return f"{_signed(name)}:{_session().get_waiter_model(name).get_waiter(_waiters(service)[rest[0]]).operation}"
    return f"{_signed(name)}:{_operations(service)[command].name}"


def _signed(name: str) -> str:
    return str(_session().get_service_model(name).signing_name)


def _until_end(text: str) -> str:
    quote, depth = "", 0
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "(":
            depth += 1
        elif depth and letter == ")":
            depth -= 1
        elif not depth and _END.match(text, place):
            return text[:place]
    return text


def _options(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    option = ""
    for word in words:
        if word.startswith("--"):
            option, _, value = word.partition("=")
            found[option] = value
        elif option:
            found[option] = f"{found[option]} {word}".strip()
    return found


def _asked(query: str, model: Any) -> list[str]:
    """Names of the query's first step that the answer has not."""
    if not query or "$" in query:  # what a variable holds is the script's
        return []
    answer = set(model.output_shape.members) if model.output_shape else set()
    return sorted(set(_first(jmespath.parser.Parser().parse(query).parsed)) - answer)


def _first(node: dict[str, Any]) -> Iterator[str]:
    """The fields of the answer itself that a query begins with; what they hold is beyond."""
    if node["type"] == "field":
        yield node["value"]
    elif node["type"] in ("subexpression", "index_expression", "projection", "filter_projection", "flatten"):
        yield from _first(node["children"][0])
    elif node["type"] in ("multi_select_list", "or_expression", "pipe"):
        for child in node["children"][: 1 if node["type"] == "pipe" else None]:
            yield from _first(child)


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()


@functools.cache
def _operations(service: str) -> dict[str, Any]:
    name = _SERVICES.get(service, service)
    if name not in _session().get_available_services():
        return {}
    model = _session().get_service_model(name)
    return {xform_name(operation, "-"): model.operation_model(operation) for operation in model.operation_names}


def _waiters(service: str) -> dict[str, str]:
    """The waiters of a service, by what the CLI calls them."""
    model = _session().get_waiter_model(_SERVICES.get(service, service))
    return {xform_name(name, "-"): name for name in model.waiter_names}
