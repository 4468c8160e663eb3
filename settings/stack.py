"""One stack's configuration, from Pulumi's config to a checked value."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pulumi
from pulumi.runtime import config as runtime_config
from pydantic import ValidationError

from settings import provider
from settings.delivery import DeliverySettings, delivery_problems
from settings.environment import Environment
from settings.errors import Problem, SettingsError, problems_of, shown, unknown_key
from settings.model import Settings
from settings.objectives import StackObjectives
from settings.project_files import PROJECT, ROOT
from settings.provider import REGION_KEY
from settings.recovery import KEY, home_problems
from settings.usage import Usage

BOUNDARY = "permissionsBoundary"
KEYS = ("system", "environment", "deletable", BOUNDARY, "settings", "usage", "objectives", "delivery")

_NAMESPACES = (PROJECT, "aws", "eks", "kubernetes", "pulumi", "random")
"""The project's own, the providers' and Pulumi's; a system's secrets are in one that is called like it."""

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class Stack:
    """What one stack builds, where, and how well protected."""

    name: str
    system: str
    environment: Environment
    region: str
    settings: Settings
    deletable: bool = False
    """Whether the stack is about to go: its environment's protection from deletion is lifted, and nothing else."""
    usage: Usage = field(default_factory=Usage)
    """What the preview's prices rest on; nothing that is built depends on it."""
    permissions_boundary: str = ""
    """The name of the policy of the account that bounds every role which the stack makes; none where it is empty."""
    objectives: StackObjectives = field(default_factory=StackObjectives)
    """What recovery has to achieve; nothing that is built depends on it."""
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    """Who deploys the stack; of what is built, only who may take its images depends on it."""


def load(systems: Mapping[str, type[Settings]]) -> Stack:
    """The running stack's configuration, checked against its system's settings class.

    Raises SettingsError with every problem of ``Pulumi.<stack>.yaml`` at once.
    """
    return parse(pulumi.get_stack(), {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}, systems)


def parse(stack: str, config: Mapping[str, str], systems: Mapping[str, type[Settings]]) -> Stack:
    """A checked Stack from Pulumi's flat config map (``namespace:key`` to text or JSON)."""
    own = {key.removeprefix(f"{PROJECT}:"): value for key, value in config.items() if key.startswith(f"{PROJECT}:")}
    problems = [Problem(key, unknown_key(key, KEYS)) for key in sorted(set(own) - set(KEYS))]
    problems.extend(_unknown_namespaces(config, {*_NAMESPACES, *systems}))
    problems.extend(provider.problems(config))
    region = config.get(REGION_KEY, "")
    system = _choice("system", own, list(systems), problems)
    environment = _choice("environment", own, [e.value for e in Environment], problems)
    deletable = _choice("deletable", {"deletable": "false", **own}, ["false", "true"], problems) == "true"
    boundary = _boundary(own, problems)
    model = systems.get(system or "")
    context = {"environment": Environment(environment) if environment else None, "region": region}
    settings = _block("settings", own, model, context, problems) if model and environment else None
    usage = _block("usage", own, Usage, context, problems)
    objectives = _block("objectives", own, StackObjectives, context, problems)
    delivery = _block("delivery", own, DeliverySettings, context, problems)
    if problems or not (system and environment and settings and usage and objectives and delivery):
        raise SettingsError(f"Pulumi.{stack}.yaml", problems)
    made = Stack(
        *(stack, system, Environment(environment), region, settings),
        deletable=deletable,
        usage=usage,
        permissions_boundary=boundary,
        objectives=objectives,
        delivery=delivery,
    )
    recovery = getattr(settings, KEY, None)
    found = [*home_problems(recovery, made, ROOT)] if recovery else []
    if found := [*found, *delivery_problems(made, config, ROOT)]:
        raise SettingsError(f"Pulumi.{stack}.yaml", found)
    return made


def _unknown_namespaces(config: Mapping[str, str], known: set[str]) -> Iterator[Problem]:
    for key in sorted(config):
        namespace = key.partition(":")[0]
        if namespace not in known:
            yield Problem(key, unknown_key(namespace, known).replace("key", "namespace", 1))


def _choice(key: str, own: Mapping[str, str], allowed: list[str], problems: list[Problem]) -> str | None:
    value = own.get(key)
    if value in allowed:
        return value
    known = ", ".join(sorted(allowed))
    said = f"is required; one of: {known}" if value is None else f"{shown(value)} is not allowed; one of: {known}"
    problems.append(Problem(key, said))
    return None


def _boundary(own: Mapping[str, str], problems: list[Problem]) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names"""
    name = own.get(BOUNDARY, "")
    if BOUNDARY in own and not re.fullmatch(r"[A-Za-z0-9+=,.@_-]{1,128}", name):
        said = "is no name of a policy: up to 128 letters, digits and +=,.@_-"
        problems.append(Problem(BOUNDARY, f"{shown(name)} {said}"))
    return name


def _block(
    key: str, own: Mapping[str, str], model: type[S], context: Mapping[str, Any], problems: list[Problem]
) -> S | None:
    text = own.get(key, "{}")
    try:
        given: Any = json.loads(text)
    except ValueError:
        given = text
    if not isinstance(given, dict):
        problems.append(Problem(key, f"{shown(text)} is not a mapping"))
        return None
    try:
        # JSON mode, so that lists fill tuples while everything else stays strict.
        return model.model_validate_json(json.dumps(given), context=dict(context), by_alias=True, by_name=False)
    except ValidationError as error:
        problems.extend(problems_of(error, model, key))
        return None
