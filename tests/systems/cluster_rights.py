"""What operators lack in a cluster for a command of kubectl, by the access policy and the roles of a stack's graph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Graph
from components.security.operator_role import OPERATORS
from tests.docs import programs
from tests.docs.code import OPEN
from tests.systems.procedures import Step

_LOOK = ("get", "list", "watch")
# Which kind is which resource: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_api-resources/
_RESOURCES: Mapping[str, tuple[str, str]] = {
    "configmap": ("", "configmaps"),
    "deployment": ("apps", "deployments"),
    "hpa": ("autoscaling", "horizontalpodautoscalers"),
    "job": ("batch", "jobs"),
    "jobs": ("batch", "jobs"),
    "node": ("", "nodes"),
    "nodes": ("", "nodes"),
    "pod": ("", "pods"),
    "pods": ("", "pods"),
    "secrets": ("", "secrets"),
    "vpa": ("autoscaling.k8s.io", "verticalpodautoscalers"),
}
# What each verb asks the API for, beside the object that it names: pkg/cmd/<verb> and pkg/drain of
# https://github.com/kubernetes/kubectl. A name that stands for a file is that verb's.
_ASKS: Mapping[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "get": (),
    "describe": (("", "events", ("list",)),),
    "logs": (("", "pods", ("get", "list")), ("", "pods/log", ("get",))),
    "rollout": (),
    "port-forward": (("", "pods", ("get", "list")), ("", "pods/portforward", ("create",))),
    "drain": (
        ("", "nodes", ("get", "patch")),
        ("", "pods", ("get", "list")),
        ("", "pods/eviction", ("create",)),
        ("apps", "daemonsets", ("get",)),
    ),
    "cordon": (("", "nodes", ("get", "patch")),),
    "uncordon": (("", "nodes", ("get", "patch")),),
    "run": (("", "pods", ("create", "get", "watch", "delete")), ("", "pods/attach", ("create",))),
    "top": (("metrics.k8s.io", "pods", ("get", "list")), ("", "pods", ("get", "list"))),
    "cluster-info": (("", "services", ("list",)),),
}
_NAMED: Mapping[str, tuple[str, ...]] = {
    "get": ("get", "list"),
    "describe": ("get", "list"),
    "logs": ("get",),
    "port-forward": ("get",),
    "rollout status": _LOOK,
    "rollout restart": ("get", "patch"),
}
"""What a verb asks of the object that it names."""
# Resources of AmazonEKSViewPolicy, each of them to be looked at:
# https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html#access-policy-permissions-amazoneksviewpolicy.json
VIEW: Mapping[str, str] = {
    "": "bindings configmaps endpoints events limitranges namespaces namespaces/status persistentvolumeclaims"
    " persistentvolumeclaims/status pods pods/log pods/status replicationcontrollers replicationcontrollers/scale"
    " replicationcontrollers/status resourcequotas resourcequotas/status serviceaccounts services services/status",
    "apps": "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status"
    " replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
    "autoscaling": "horizontalpodautoscalers horizontalpodautoscalers/status",
    "batch": "cronjobs cronjobs/status jobs jobs/status",
    "discovery.k8s.io": "endpointslices",
    "networking.k8s.io": "ingresses ingresses/status networkpolicies",
    "policy": "poddisruptionbudgets poddisruptionbudgets/status",
}
_VIEW_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
_RBAC = "kubernetes:rbac.authorization.k8s.io/v1"


@dataclass(frozen=True)
class Asked:
    """One request to the API."""

    group: str
    resource: str
    verb: str
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        place = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {self.resource}{f' {self.name}' if self.name else ''}{place}"


@dataclass(frozen=True)
class Rule:
    """What a role allows; in a namespace, unless that is empty."""

    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]
    names: frozenset[str] = frozenset()
    namespace: str = ""

    def allows(self, asked: Asked) -> bool:
        return (
            asked.group in self.groups
            and asked.resource in self.resources
            and asked.verb in self.verbs
            and self.namespace in ("", asked.namespace)
            and (not self.names or asked.name in self.names)
        )


def asked(words: list[str]) -> Iterator[Asked]:
    """What a command asks the API for. Raises KeyError for a verb or a kind that no table here has."""
    problems, verb, rest = programs.kubectl(words)
    if problems:
        raise KeyError(problems[0])
    space = programs.namespace_of(words)
    for group, resource, verbs in _ASKS[verb]:
        yield from (Asked(group, resource, one, space) for one in verbs)
    key = f"rollout {rest.pop(0)}" if verb == "rollout" else verb
    for kind, name in _objects(rest) if key in _NAMED else ():
        group, resource = _RESOURCES[kind]
        yield from (Asked(group, resource, one, space, name) for one in _NAMED[key])


def _objects(rest: list[str]) -> list[tuple[str, str]]:
    pairs = [(kind, name) for kind, _, name in (word.partition("/") for word in rest if "/" in word)]
    if not pairs and rest:
        pairs = [(rest[0], name) for name in rest[1:]] or [(rest[0], "")]
    return [(kind, "" if OPEN.search(name) else name) for kind, name in pairs]


def lacking(step: Step, graph: Graph) -> list[str]:
    """What operators may not do in the stack's cluster that the command does, in words."""
    rules = list(granted(graph))
    return [
        f"{step.place}: operators of {graph.stack} may not {one} ({one.group or 'core'}); add it to "
        "components/workloads/operator_rights.py, or say before the command that it is done as deployer"
        for one in asked(step.words[1:])
        if not any(rule.allows(one) for rule in rules)
    ]


def granted(graph: Graph) -> Iterator[Rule]:
    """What the role's access entry gives: EKS's own policy, and the roles that its groups are bound to."""
    entries = [
        node
        for node in graph.of_type("aws:eks/accessEntry:AccessEntry")
        if OPERATORS in (node.inputs.get("kubernetesGroups") or ())
    ]
    principals = {node.inputs["principalArn"] for node in entries}
    for node in graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"):
        if node.inputs["principalArn"] in principals and node.inputs["policyArn"] == _VIEW_POLICY:
            assert node.inputs["accessScope"]["type"] == "cluster", node.name
            for group, resources in VIEW.items():
                yield Rule(frozenset({group}), frozenset(resources.split()), frozenset(_LOOK))
    if not entries:
        return
    for kind in ("ClusterRole", "Role"):
        for binding in graph.of_type(f"{_RBAC}:{kind}Binding"):
            if OPERATORS in [subject["name"] for subject in binding.inputs["subjects"]]:
                yield from _bound(graph, kind, binding.inputs)


def _bound(graph: Graph, kind: str, binding: Mapping[str, Any]) -> Iterator[Rule]:
    space = binding["metadata"].get("namespace", "")
    for role in graph.of_type(f"{_RBAC}:{kind}"):
        metadata = role.inputs["metadata"]
        if metadata["name"] == binding["roleRef"]["name"] and metadata.get("namespace", "") == space:
            for rule in role.inputs["rules"]:
                yield Rule(
                    frozenset(rule["apiGroups"]),
                    frozenset(rule["resources"]),
                    frozenset(rule["verbs"]),
                    frozenset(rule.get("resourceNames", ())),
                    space,
                )
