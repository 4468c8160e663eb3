"""Who deploys a stack, and after which other one: the block ``strata:delivery`` of a stack file."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError, model_validator

from settings import stackfile
from settings.accounts import ACCOUNTS_KEY, account_of, trust_problems
from settings.environment import Environment
from settings.errors import Problem, refuse, shown
from settings.model import Settings
from settings.project_files import PROJECT
from settings.recovery import recovery_of
from settings.services.delivery import Repository, StackName
from settings.services.iam import AccountId
from settings.services.s3 import BucketAddress

if TYPE_CHECKING:
    from settings.stack import Stack

KEY = "delivery"
_PIPELINE = "settings.pipeline"
_ENVIRONMENTS = [one.value for one in Environment]


class Deployer(StrEnum):
    """Who deploys a stack when a commit has changed it."""

    HAND = "hand"
    """Whoever types the command; no commit does it."""
    PIPELINE = "pipeline"
    """A CodePipeline, which is made by the stack that ``pipelineOf`` names."""
    WORKFLOW = "workflow"
    """The workflow “Deploy to AWS” of GitHub."""


class DeliverySettings(Settings, use_attribute_docstrings=True):
    """Who deploys the stack. One answer for each stack, so that no push is deployed twice."""

    by: Deployer = Deployer.HAND
    """Who deploys it when a commit has changed it."""
    pipeline_of: StackName | None = None
    """The stack that makes the pipeline, for a stack that one deploys; it may be this one."""
    after: StackName | None = None
    """The stack in which a commit has to be healthy before the workflow takes it here."""
    state: BucketAddress | None = None
    """Where the workflow finds what Pulumi knows of the stack; a pipeline's settings say it for what that deploys."""
    promotes_to: tuple[AccountId, ...] = ()
    """The other accounts into which the stack's images go on from here; their deployment roles may pull them."""
    attested_by: Repository | None = None
    """The repository of GitHub whose workflow, on main, attests the images; left out, the deploying workflow's own."""

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        pipeline, workflow = self.by is Deployer.PIPELINE, self.by is Deployer.WORKFLOW
        refuse(
            {
                Problem("pipelineOf", "is required: which stack makes the pipeline"): pipeline and not self.pipeline_of,
                Problem("pipelineOf", f"is not for {self.by}: one of them deploys the stack"): (
                    not pipeline and self.pipeline_of is not None
                ),
                Problem("after", f"is not for {self.by}; a pipeline's settings have its order"): (
                    not workflow and self.after is not None
                ),
                Problem("state", "is required: where the workflow finds the stack's state"): (
                    workflow and self.state is None
                ),
                Problem("state", f"is not for {self.by}"): not workflow and self.state is not None,
                Problem("promotesTo", "names an account twice"): len(set(self.promotes_to)) < len(self.promotes_to),
                Problem("attestedBy", "is for pipeline and workflow, which look before they deploy"): (
                    not (pipeline or workflow) and self.attested_by is not None
                ),
            }
        )
        return self

    def begins(self, stack: str) -> bool:
        """Whether the images of ``stack``, which this is said of and which is no recovery stack, come there first.

        The stack that makes a pipeline is its production, which takes what was tried in staging.
        """
        return self.after is None and self.pipeline_of != stack


def delivery_of(config: Mapping[str, str]) -> DeliverySettings:
    """What a stack's flat configuration says of it; by hand where it says nothing, or says it wrongly."""
    return _said(config.get(f"{PROJECT}:{KEY}", "{}"))


@lru_cache(maxsize=64)
def _said(text: str) -> DeliverySettings:
    """Read once for each text: checking one stack asks it of all others."""
    try:
        return DeliverySettings.model_validate_json(text, by_alias=True, by_name=False)
    except ValidationError:
        return DeliverySettings()


def rank(config: Mapping[str, str]) -> int:
    """The position of a stack in the order dev, staging, production, recovery of production."""
    if recovery_of(config) is not None:
        return len(_ENVIRONMENTS)
    environment = config.get(f"{PROJECT}:environment", "")
    return _ENVIRONMENTS.index(environment) if environment in _ENVIRONMENTS else 0


def delivery_problems(stack: "Stack", config: Mapping[str, str], directory: Path) -> Iterator[Problem]:
    """What of a stack's delivery contradicts other stack files in ``directory``, or itself."""
    delivery, pipeline = stack.delivery, getattr(stack.settings, "pipeline", None)
    if delivery.by is not Deployer.HAND and account_of(config) is None:
        said = "is required, with the one account that the stack is deployed into: the provider refuses any other"
        yield Problem(ACCOUNTS_KEY, said)
    if pipeline is not None:
        yield from _pipeline_problems(pipeline, stack, config, directory)
    if delivery.pipeline_of == stack.name and pipeline is None:
        yield Problem(f"{KEY}.pipelineOf", f"this stack makes no pipeline: {_PIPELINE} is not set")
    elif delivery.pipeline_of not in (None, stack.name):
        yield from _holder_problems(str(delivery.pipeline_of), stack, directory)
    if delivery.after is not None:
        yield from _order_problems(delivery.after, stack, config, directory)
    yield from trust_problems(stack, config, directory)
    yield from _role_problems(stack, pipeline, config, directory)
    takers = _takers(stack.name, config, directory)
    if set(delivery.promotes_to) != takers:
        said = f"is [{', '.join(delivery.promotes_to)}], and its images go on to [{', '.join(sorted(takers))}]"
        yield Problem(f"{KEY}.promotesTo", said)


def _pipeline_problems(pipeline: Any, stack: "Stack", config: Mapping[str, str], directory: Path) -> Iterator[Problem]:
    if pipeline.production.stack != stack.name:
        said = f"{pipeline.production.stack} is another stack; a pipeline's production is the stack that makes it"
        yield Problem(f"{_PIPELINE}.production.stack", said)
        return
    names = stackfile.stack_names(directory)
    for key in ("staging", "production", "recovery"):
        target = getattr(pipeline, key)
        if target is None:
            continue
        if target.stack == stack.name:
            yield from _target_problems(key, target, stack, config, config)
        elif target.stack in names:
            yield from _target_problems(key, target, stack, config, stackfile.read(directory, target.stack).config)
        else:
            said = f"{shown(target.stack)} is no stack; stacks here: {', '.join(names) or 'none'}"
            yield Problem(f"{_PIPELINE}.{key}.stack", said)


def _target_problems(
    key: str, target: Any, stack: "Stack", config: Mapping[str, str], theirs: Mapping[str, str]
) -> Iterator[Problem]:
    name, delivered = target.stack, delivery_of(theirs)
    closed = f"{name} has no runner, and nothing else reaches its Kubernetes API from a build"
    twice = (
        f"Pulumi.{name}.yaml says strata:{KEY}: by: {delivered.by}, and one alone deploys a stack; "
        f"there: {{by: pipeline, pipelineOf: {stack.name}}}"
    )
    for said in (
        _unlike(theirs, config, name),
        _not_its_place(key, theirs, stack, name),
        twice if delivered.pipeline_of != stack.name else None,
        closed if _is_closed(theirs) else None,
    ):
        if said:
            yield Problem(f"{_PIPELINE}.{key}.stack", said)
    into = target.account or account_of(config)
    if into != account_of(theirs):
        said = f"is {into}, and {ACCOUNTS_KEY} of Pulumi.{name}.yaml {account_of(theirs)}"
        yield Problem(f"{_PIPELINE}.{key}.account", said)


def _role_problems(stack: "Stack", pipeline: Any, config: Mapping[str, str], directory: Path) -> Iterator[Problem]:
    """Roles that a file may name otherwise where whoever is to let them in knows the usual name alone."""
    roles: dict[str, tuple[Any, str]] = {}
    github = getattr(stack.settings, "github", None)
    if stack.delivery.by is Deployer.WORKFLOW and github is not None:
        roles["settings.github"] = github, "the workflow becomes"
    if pipeline is not None and pipeline.staging.stack in stackfile.stack_names(directory):
        tried = pipeline.staging.stack
        opened = delivery_of(stackfile.read(directory, tried).config).promotes_to
        for key in ("production", "recovery"):
            target = getattr(pipeline, key)
            if target is not None and (target.account or account_of(config)) in opened:
                roles[f"{_PIPELINE}.{key}"] = target, f"the repositories of {tried} are open to"
    for path, (named, who) in roles.items():
        usual = type(named).model_fields["deployment_role"].default
        if named.deployment_role != usual:
            yield Problem(f"{path}.deploymentRole", f"is {named.deployment_role}, and {who} {usual} alone")


def _holder_problems(holder: str, stack: "Stack", directory: Path) -> Iterator[Problem]:
    path = f"{KEY}.pipelineOf"
    names = stackfile.stack_names(directory)
    if holder not in names:
        yield Problem(path, f"{shown(holder)} is no stack; stacks here: {', '.join(names) or 'none'}")
        return
    pipeline = _settings(stackfile.read(directory, holder).config).get("pipeline")
    targets = pipeline.values() if isinstance(pipeline, dict) else ()
    if stack.name not in [one.get("stack") for one in targets if isinstance(one, dict)]:
        yield Problem(path, f"Pulumi.{holder}.yaml has no pipeline that deploys {stack.name}")


def _order_problems(before: str, stack: "Stack", config: Mapping[str, str], directory: Path) -> Iterator[Problem]:
    path = f"{KEY}.after"
    names = [name for name in stackfile.stack_names(directory) if name != stack.name]
    if before not in names:
        yield Problem(path, f"{shown(before)} is no other stack; stacks here: {', '.join(names) or 'none'}")
        return
    theirs = stackfile.read(directory, before).config
    if said := _unlike(theirs, config, before):
        yield Problem(path, said)
    if (by := delivery_of(theirs).by) is not Deployer.WORKFLOW:
        yield Problem(path, f"{before} is deployed by {by}, for which the workflow cannot wait")
    if rank(theirs) >= rank(config):
        yield Problem(path, f"{before} does not come before this one: dev, staging, production, its recovery stack")


def tried_before(config: Mapping[str, str], stack: str, directory: Path) -> str | None:
    """The stack whose images this one runs, as its file or its pipeline's says; None where it builds its own.

    Raises SettingsError where the stack that makes the pipeline has no file.
    """
    said = delivery_of(config)
    if said.after or said.pipeline_of is None:
        return said.after
    pipeline = _settings(stackfile.read(directory, said.pipeline_of).config).get("pipeline") or {}
    staging = (pipeline.get("staging") or {}).get("stack")
    return None if staging == stack else staging


def _takers(stack: str, config: Mapping[str, str], directory: Path) -> set[str]:
    """The other accounts in which something runs what was tried in a stack; none where nobody attests its images."""
    said, own, found = delivery_of(config), account_of(config), set()
    if said.by is not Deployer.WORKFLOW and said.attested_by is None:
        return set()
    every = {name: stackfile.read(directory, name).config for name in stackfile.stack_names(directory)}
    tried = {name: tried_before(theirs, name, directory) for name, theirs in every.items()}
    for name, theirs in every.items():
        seen: list[str] = []
        before: str | None = name
        while before in tried and before not in seen:
            seen.append(before)
            before = tried[before]
        into = account_of(theirs)
        if stack in seen[1:] and into not in (None, own):
            found.add(str(into))
    return found


def _unlike(theirs: Mapping[str, str], config: Mapping[str, str], name: str) -> str | None:
    """Why what is tried in ``theirs`` says little of the stack; None where it does."""
    for what, one, other in (
        ("system", theirs.get(f"{PROJECT}:system"), config.get(f"{PROJECT}:system")),
        ("model", _settings(theirs).get("model"), _settings(config).get("model")),
    ):
        if one != other:
            return f"{name} is of the {what} {shown(one)}, and this one of {shown(other)}"
    return None


def _not_its_place(key: str, theirs: Mapping[str, str], stack: "Stack", name: str) -> str | None:
    recovery = recovery_of(theirs)
    if key == "staging" and rank(theirs) >= rank({f"{PROJECT}:environment": Environment.PROD}):
        return f"{name} is production, and a release is tried somewhere else"
    if key == "recovery" and (recovery is None or recovery.home != stack.name):
        return f"{name} is no recovery stack of {stack.name}"
    return None


def _is_closed(config: Mapping[str, str]) -> bool:
    """Whether a stack file takes the runner away, which leads to a private API."""
    settings = _settings(config)
    return any("runner" in one and one["runner"] is None for one in (settings, settings.get("eks") or {}))


def _settings(config: Mapping[str, str]) -> dict[str, Any]:
    return stackfile.mapping(config, f"{PROJECT}:settings")
