"""Traces of real stacks: links by what they say, and what breaks each kind of link."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from analyser.analyses.trace import STORIES, Chain, Link, State, Story, trace
from analyser.analyses.trace.survey import Survey
from analyser.graph import Graph, Node
from tests.stacks import serving

Break = Callable[[Graph, Link], Graph | None]
"""A graph without what a link needs, or None where the link needs nothing of the kind."""


@functools.cache
def traced(stack: str) -> tuple[Chain, ...]:
    """The chains of a stack."""
    return tuple(trace(serving(stack)))


class Told:
    """One chain of a stack, as tests read it."""

    def __init__(self, stack: str, title: str) -> None:
        self.stack = stack
        self.title = title

    def links(self, kind: str) -> list[Link]:
        """Its links of one kind."""
        (chain,) = [one for one in traced(self.stack) if one.title == self.title]
        found = [link for link in chain.links if link.kind == kind]
        assert found, f"{self.title} has no link {kind}; it has {sorted({link.kind for link in chain.links})}"
        return found

    def shows(self, kind: str, *names: str) -> None:
        """Every link of the kind is found, and among the resources that show them are these."""
        links = self.links(kind)
        assert {link.state for link in links} == {State.FOUND}, [link.because for link in links]
        shown = {urn.rpartition("::")[2] for link in links for urn in link.urns}
        assert set(names) <= shown, f"{self.title}, {kind}: shown by {sorted(shown)}"

    def leaves_open(self, kind: str, because: str) -> None:
        """Some link of the kind is not known and says why, and none is missing."""
        links = self.links(kind)
        assert State.MISSING not in {link.state for link in links}, [link.because for link in links]
        assert any(because in link.because for link in links if link.state is State.NOT_KNOWN)


def retold(graph: Graph, story: Story) -> Iterator[Chain]:
    """The chains of one story, each as it is asked for."""
    return STORIES[story](Survey(graph))


def lacking(chains: Iterable[Chain], kind: str) -> Iterator[tuple[str, str]]:
    """What is missing, of one kind: by chain and words, as the chains come."""
    return (
        (chain.title, link.says)
        for chain in chains
        for link in chain.links
        if link.kind == kind and link.state is State.MISSING
    )


def without(*types: str) -> Break:
    """Takes away what shows the link, of these types."""

    def remove(graph: Graph, link: Link) -> Graph | None:
        gone = {urn for urn in link.urns if any(_is(graph[urn], kind) for kind in types)}
        return _with(graph, [node for node in graph if node.urn not in gone]) if gone else None

    return remove


def altered(kind: str, **inputs: Any) -> Break:
    """Gives what shows the link, of this type, other inputs; nested ones by their whole top-level value."""

    def alter(graph: Graph, link: Link) -> Graph | None:
        mine = {urn for urn in link.urns if _is(graph[urn], kind)}
        nodes = [_given(node, inputs) if node.urn in mine else node for node in graph]
        return _with(graph, nodes) if mine else None

    return alter


def nested(kind: str, path: str, value: Any) -> Break:
    """Gives one nested input of what shows the link another value; the rest of it stays."""
    outer, _, inner = path.partition(".")

    def alter(graph: Graph, link: Link) -> Graph | None:
        mine = {urn for urn in link.urns if _is(graph[urn], kind)}
        nodes = [
            _given(node, {outer: {**node.inputs[outer], inner: value}}) if node.urn in mine else node for node in graph
        ]
        return _with(graph, nodes) if mine else None

    return alter


def _is(node: Node, kind: str) -> bool:
    """Whether the last part of a type is this, or with a slash, whether it ends so."""
    return node.type.endswith(kind if "/" in kind else f":{kind}")


def _given(node: Node, inputs: dict[str, Any]) -> Node:
    kept = {key: urns for key, urns in node.property_dependencies.items() if key not in inputs}
    return dataclasses.replace(node, inputs={**node.inputs, **inputs}, property_dependencies=kept)


def _with(graph: Graph, nodes: list[Node]) -> Graph:
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)


def without_rules(kind: str) -> Break:
    """Takes away every rule of the security groups whose rule shows the link."""

    def remove(graph: Graph, link: Link) -> Graph | None:
        rules = [graph[urn] for urn in link.urns if _is(graph[urn], kind)]
        groups = {rule.inputs["securityGroupId"] for rule in rules}
        gone = (
            {rule.urn for rule in graph.of_type(rules[0].type) if rule.inputs["securityGroupId"] in groups}
            if rules
            else {}
        )
        return _with(graph, [node for node in graph if node.urn not in gone]) if gone else None

    return remove


def without_restart(graph: Graph, link: Link) -> Graph | None:
    """Leaves tasks as they are: neither a schedule nor what rotates their secret replaces them."""
    telling = {urn for urn in link.urns if "ECS_SERVICE" in str(graph[urn].inputs.get("environment"))}
    if not telling:
        return without("Schedule")(graph, link)
    variables = {urn: dict(graph[urn].inputs["environment"]["variables"]) for urn in telling}
    return _with(
        graph,
        [
            _given(node, {"environment": {"variables": {**variables[node.urn], "ECS_SERVICE": "another"}}})
            if node.urn in telling
            else node
            for node in graph
        ],
    )


POLICIES = without("RolePolicy", "RolePolicyAttachment")
DOORS = without_rules("SecurityGroupIngressRule")
WAY_OUT = without_rules("SecurityGroupEgressRule")
BREAKS: dict[tuple[Story, str], tuple[Break, ...]] = {
    (Story.BROWSER, "dns"): (without("Record"),),
    (Story.BROWSER, "certificate"): (without("Certificate"),),
    (Story.BROWSER, "validation"): (without("CertificateValidation"), without("Record")),
    (Story.BROWSER, "cdn"): (altered("Distribution", enabled=False), altered("Distribution", aliases=["other.test"])),
    (Story.BROWSER, "waf"): (without("WebAcl", "WebAclAssociation"),),
    (Story.BROWSER, "origin"): (DOORS, without("BucketPolicy"), without("Record")),
    (Story.BROWSER, "origin-proof"): (altered("ListenerRule", conditions=[{"pathPattern": {"values": ["/*"]}}]),),
    (Story.BROWSER, "door"): (DOORS, without("Route")),
    (Story.BROWSER, "mapping"): (without("ApiMapping", "BasePathMapping"),),
    (Story.BROWSER, "stage"): (without("Stage"),),
    (Story.BROWSER, "call"): (without("Permission"),),
    (Story.BROWSER, "listener"): (altered("Listener", protocol="HTTP"),),
    (Story.BROWSER, "rule"): (without("ListenerRule"),),
    (Story.BROWSER, "target"): (DOORS, without("TargetGroupBinding"), altered("ecs/service:Service", loadBalancers=[])),
    (Story.BROWSER, "health"): (nested("TargetGroup", "healthCheck.port", "9"),),
    (Story.BROWSER, "site"): (without("Branch"),),
    (Story.DEPLOYER, "endpoint"): (nested("Cluster", "vpcConfig.endpointPrivateAccess", False),),
    (Story.DEPLOYER, "bundle"): (without("Bucket"),),
    (Story.DEPLOYER, "rights"): (POLICIES,),
    (Story.DEPLOYER, "door"): (DOORS,),
    (Story.DEPLOYER, "fetch"): (WAY_OUT,),
    (Story.DEPLOYER, "access"): (nested("Cluster", "accessConfig.bootstrapClusterCreatorAdminPermissions", False),),
    (Story.DEPLOYER, "role"): (without("Role"),),
    (Story.DEPLOYER, "principal"): (without("ClusterRoleBinding", "RoleBinding"),),
    (Story.DEPLOYER, "mfa"): (altered("Role", assumeRolePolicy="{}"),),
    (Story.REGISTRY, "network"): (WAY_OUT,),
    (Story.REGISTRY, "login"): (POLICIES,),
    (Story.REGISTRY, "repository"): (without("Repository"),),
    (Story.REGISTRY, "rights"): (POLICIES,),
    (Story.REGISTRY, "registry"): (WAY_OUT,),
    (Story.STORE, "configured"): (without("ConfigMap"), altered("Function", environment={"variables": {}})),
    (Story.STORE, "network"): (DOORS, WAY_OUT, without("NetworkPolicy")),
    (Story.STORE, "identity"): (without("PodIdentityAssociation"), without("Role"), without("Addon")),
    (Story.STORE, "rights"): (POLICIES,),
    (Story.STORE, "sign-in"): (altered("Instance", iamDatabaseAuthenticationEnabled=False),),
    (Story.STORE, "principal"): (
        without("Job", "Invocation"),
        without("ConfigMap"),
        without("Topic"),
        without("User"),
        altered("UserGroup", userIds=[]),
        without("AccessPoint"),
    ),
    (Story.STORE, "tls"): (
        without("ParameterGroup"),
        altered("ReplicationGroup", transitEncryptionEnabled=False),
        altered("Proxy", requireTls=False),
        without("BucketPolicy"),
        without("QueuePolicy"),
        without("FileSystemPolicy"),
        altered("Domain", domainEndpointOptions={"enforceHttps": False}),
    ),
    (Story.ALARM, "rights"): (without("TopicPolicy"), altered("Key", policy="{}")),
    (Story.ALARM, "subscription"): (without("TopicSubscription"),),
    (Story.BACKUP, "vault"): (without("Vault"),),
    (Story.BACKUP, "key"): (without("Key"),),
    (Story.BACKUP, "selection"): (without("Selection"),),
    (Story.BACKUP, "role"): (altered("Role", assumeRolePolicy="{}"),),
    (Story.BACKUP, "selected"): (without("Instance", "Table", "FileSystem", "Bucket", "StorageClass"),),
    (Story.BACKUP, "rights"): (POLICIES,),
    (Story.BACKUP, "tested"): (
        nested("RestoreTestingPlan", "recoveryPointSelection.recoveryPointTypes", ["CONTINUOUS"]),
        nested("RestoreTestingPlan", "recoveryPointSelection.includeVaults", ["arn:aws:backup:::backup-vault:other"]),
        without("RestoreTestingSelection"),
    ),
    (Story.BACKUP, "plan"): (altered("LifecyclePolicy", state="DISABLED"),),
    (Story.LOG, "writer"): (
        without("Function", "FlowLog", "Stage", "Instance", "WebAclLoggingConfiguration", "QueryLog"),
    ),
    (Story.LOG, "rights"): (POLICIES, without("LogResourcePolicy")),
    (Story.LOG, "retention"): (altered("LogGroup", retentionInDays=None),),
    (Story.LOG, "key"): (altered("Key", policy="{}"), altered("LogGroup", kmsKeyId=None)),
    (Story.ROTATION, "schedule"): (altered("SecretRotation", rotationRules={}),),
    (Story.ROTATION, "rotates"): (without("Function"), altered("Instance", manageMasterUserPassword=False)),
    (Story.ROTATION, "call"): (without("Permission"),),
    (Story.ROTATION, "rights"): (POLICIES,),
    (Story.ROTATION, "reader"): (without_restart,),
    (Story.SPAN, "collector"): (without("core/v1:Service"),),
    (Story.SPAN, "network"): (without("NetworkPolicy"),),
    (Story.SPAN, "identity"): (without("PodIdentityAssociation"), altered("Role", assumeRolePolicy="{}")),
    (Story.SPAN, "rights"): (POLICIES,),
    (Story.SPAN, "out"): (WAY_OUT,),
}
"""For each kind of link, what takes its other side away; what one of them does not touch is broken by the others."""
_TRIED = 8
"""What a break takes away may have a second, so that the link goes on holding: then the next link is tried."""


def broken(stack: str, story: Story, kind: str) -> Iterator[list[Graph]]:
    """For each break of a kind: graphs without the other side of the first links that it touches."""
    graph = serving(stack)
    links = [link for chain in traced(stack) if chain.story is story for link in chain.links if link.kind == kind]
    found = [link for link in links if link.state is State.FOUND]
    for act in BREAKS.get((story, kind), ()):
        touched = (changed for link in found if (changed := act(graph, link)) is not None)
        yield list(islice(touched, _TRIED))


def kinds(stack: str) -> list[tuple[Story, str]]:
    """Every kind of link that a stack's trace has found somewhere."""
    every = ((chain.story, link.kind) for chain in traced(stack) for link in chain.links if link.state is State.FOUND)
    return sorted(set(every))
