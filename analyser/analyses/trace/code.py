"""The workloads of a stack that run code: pods, tasks and functions, with their roles."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.workloads import CRON_JOB, DEPLOYMENTS, FUNCTION, pod_template
from analyser.analyses.trace import code_configuration
from analyser.analyses.trace.code_configuration import ConfigValue, flat
from analyser.analyses.trace.model import Link, found, missing
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

RELEASE = "kubernetes:helm.sh/v3:Release"
JOB = "kubernetes:batch/v1:Job"
SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_IRSA = 'metadata.annotations["eks.amazonaws.com/role-arn"]'
_AGENT = "eks-pod-identity-agent"
_PODS, _TASKS, _LAMBDA = "pods.eks.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com"


@dataclass(frozen=True, eq=False)
class Code:
    """Pods of one workload, a chart, the tasks of a service, or a function."""

    resource: Resource
    survey: Survey

    @property
    def name(self) -> str:
        """Its name in questions and answers."""
        return called(self.resource) if self.resource.type.startswith("kubernetes:") else self._owner

    @property
    def _owner(self) -> str:
        return self.survey.view.owner(self.resource)

    @cached_property
    def configuration(self) -> tuple[ConfigValue, ...]:
        """Its configuration values, each with the resource that holds it."""
        return tuple(code_configuration.configuration(self.survey, self.resource))

    @cached_property
    def identity(self) -> "Identity":
        """The role that it runs as, and what ties it to that role."""
        if self.resource.type == FUNCTION:
            return _as_role(self.survey, self.resource, "role", _LAMBDA)
        if self.resource.type == SERVICE:
            tasks = self.survey.refers(self.resource, "taskDefinition", TASK)
            return _as_role(self.survey, tasks[0] if tasks else self.resource, "taskRoleArn", _TASKS)
        return _as_pods(self.survey, self.resource)


@dataclass(frozen=True)
class Identity:
    """A role, what ties the code to it, and what is missing on the way."""

    role: Resource | None
    evidence: tuple[Resource, ...]
    lacks: str = ""

    def link(self, name: str) -> Link:
        """The link from the code to its role."""
        says = f"{name} has the rights of {self.role.name if self.role else 'a role'}"
        if self.role is None or self.lacks:
            return missing("identity", says, self.lacks or "nothing ties it to a role", self.evidence)
        return found("identity", says, [*self.evidence, self.role])


def every_code(s: Survey) -> list[Code]:
    """All workloads, jobs, charts, services and functions of a stack."""
    return [Code(one, s) for one in s.of(*DEPLOYMENTS, JOB, CRON_JOB, RELEASE, SERVICE, FUNCTION)]


def _as_role(s: Survey, resource: Resource, path: str, service: str) -> Identity:
    roles = s.refers(resource, path, "aws:iam/role:Role")
    if not roles:
        return Identity(None, (resource,), f"{resource.name} names no role of the stack")
    return Identity(roles[0], (resource,), _not_trusted(s, roles[0], service))


def _as_pods(s: Survey, resource: Resource) -> Identity:
    """By EKS Pod Identity, or by a role that the service account is annotated with.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html
    """
    namespace, names = _accounts(resource)
    accounts = [one for one in _in(s.of(_ACCOUNT), namespace) if one.has("metadata.name", *names)] if names else []
    annotated = [one for one in accounts if one.has(_IRSA)]
    if annotated:
        return Identity(s.role(text(annotated[0].get(_IRSA))), (annotated[0],))
    ties = [one for one in s.of(_ASSOCIATION) if one.has("namespace", namespace) and one.has("serviceAccount", *names)]
    if not names or not ties:
        return Identity(None, (resource,), f"no pod identity association for {namespace}/{' or '.join(names) or '?'}")
    roles = s.refers(ties[0], "roleArn", "aws:iam/role:Role")
    agents = [one for one in s.of("aws:eks/addon:Addon") if one.has("addonName", _AGENT)]
    lacks = "" if agents else f"nothing in the cluster hands out its credentials: no add-on {_AGENT}"
    if resource.type != RELEASE and not accounts:
        lacks = lacks or f"there is no service account {namespace}/{names[0]}"
    role = roles[0] if roles else None
    lacks = lacks or (_not_trusted(s, role, _PODS) if role else "")
    return Identity(role, (*accounts, *ties[:1], *agents[:1]), lacks)


def _accounts(resource: Resource) -> tuple[str, tuple[str, ...]]:
    """The namespace, and the names of the service accounts that the pods may run under."""
    if resource.type != RELEASE:
        account = text(resource.get(f"{pod_template(resource)}.spec.serviceAccountName"))
        return text(resource.get("metadata.namespace")) or "default", (account,) if account else ()
    keys = ("serviceAccount.name", "serviceAccountName")
    names = (value for key, value in flat(resource.get("values") or {}) if key.endswith(keys))
    return text(resource.get("namespace")) or "default", tuple(dict.fromkeys(names))


def _in(resources: Iterable[Resource], namespace: str) -> Iterator[Resource]:
    return (one for one in resources if (text(one.get("metadata.namespace")) or "default") == namespace)


def _not_trusted(s: Survey, role: Resource, service: str) -> str:
    decision = s.may(service, "sts:AssumeRole", text(role.outputs.get("arn")))
    return "" if decision.allowed else f"{role.name} does not let {service} become it"
