"""Who fetches a secret: the code itself, ECS as a task starts, or an operator in the cluster that carries it over."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.place import Place
from analyser.analyses.trace.code import RELEASE, TASK, Code
from analyser.analyses.trace.code_configuration import EXTERNAL, OPERATOR
from analyser.analyses.trace.model import Link, found, missing
from analyser.analyses.trace.stores import Use
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

_STORE = "kubernetes:external-secrets.io/v1:SecretStore"


@dataclass(frozen=True)
class Reader:
    """Somebody who fetches secrets for some code."""

    name: str
    role: Resource | None
    place: Place | None
    identity: Link


def readers(s: Survey, use: Use) -> Iterator[Reader]:
    """Everybody who fetches this secret for this code, each once."""
    carriers = dict.fromkeys(one.carrier for one in use.configuration if one.where is not use.store)
    for carrier in carriers or {None: None}:
        if carrier is None:
            yield _itself(s, use.code)
        elif carrier.type == TASK:
            yield _agent(s, use.code, carrier)
        elif carrier.type == EXTERNAL:
            yield _operator(s, carrier)


def _itself(s: Survey, code: Code) -> Reader:
    return Reader(code.name, code.identity.role, s.place(code.resource), code.identity.link(code.name))


def _agent(s: Survey, code: Code, task: Resource) -> Reader:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"""
    roles = s.refers(task, "executionRoleArn", "aws:iam/role:Role")
    says = f"ECS fetches secrets for {code.name} as its execution role"
    identity = found("identity", says, [task, *roles]) if roles else missing("identity", says, "it has none", [task])
    return Reader(f"ECS for {code.name}", roles[0] if roles else None, s.place(code.resource), identity)


def _operator(s: Survey, external: Resource) -> Reader:
    """https://external-secrets.io/latest/api/secretstore/"""
    namespace, name = text(external.get("metadata.namespace")), text(external.get("spec.secretStoreRef.name"))
    stores = [
        one for one in s.of(_STORE) if one.has("metadata.name", name) and one.has("metadata.namespace", namespace)
    ]
    charts = [one for one in s.of(RELEASE) if one.has("chart", OPERATOR)]
    serving = [one for one in charts if not one.has("values.scopedNamespace") or _scoped(one, namespace)]
    says = f"External Secrets carries {called(external)} over to {namespace}"
    if not stores or not serving:
        lacks = f"no SecretStore {name} in {namespace}" if not stores else f"no operator looks after {namespace}"
        return Reader("External Secrets", None, None, missing("identity", says, lacks, [external]))
    operator = Code(serving[0], s)
    tied = operator.identity.link(operator.name)
    urns = tuple(dict.fromkeys((external.urn, stores[0].urn, serving[0].urn, *tied.urns)))
    identity = Link("identity", f"{says}; {tied.says}", tied.state, urns, tied.because)
    return Reader(operator.name, operator.identity.role, s.place(serving[0]), identity)


def _scoped(chart: Resource, namespace: str) -> bool:
    return chart.has("values.scopedNamespace", namespace)
