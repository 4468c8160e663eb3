"""What runs code and opens connections: pods, nodes, tasks, instances, functions, builds, the Kubernetes API server."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analyser.analyses.reach.fargate import Fargate
from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text, texts
from analyser.analyses.reach.group_rules import cluster_group
from analyser.analyses.reach.instances import Machines
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.place import Interface, Kind, Place, Pods
from analyser.analyses.reach.task_ports import task_ports
from policy.model import Resource

DEPLOYMENTS = tuple(f"kubernetes:apps/v1:{kind}" for kind in ("Deployment", "StatefulSet", "DaemonSet"))
CRON_JOB = "kubernetes:batch/v1:CronJob"
_JOBS = ("kubernetes:batch/v1:Job", CRON_JOB)
_RELEASE = "kubernetes:helm.sh/v3:Release"
_CLUSTER = "aws:eks/cluster:Cluster"
_SERVICE = "aws:ecs/service:Service"
_TASK = "aws:ecs/taskDefinition:TaskDefinition"
FUNCTION = "aws:lambda/function:Function"
_BUILD = "aws:codebuild/project:Project"
_API_PORT = 443
_KINDS_ONLY = re.compile(r"-crds?$")
"""Charts that bring kinds of resources and run nothing."""


def workloads(view: View) -> Iterator[Place]:
    """Everything of the stack that runs code."""
    machines = Machines(view)
    yield from machines.nodes()
    nodes = machines.of_nodes()
    yield from (_where(place, Fargate(view), nodes) for place in _pods(view))
    yield from _in_network(view, FUNCTION, Kind.FUNCTION, "vpcConfig", "subnetIds")
    yield from _in_network(view, _BUILD, Kind.BUILD, "vpcConfig", "subnets")
    yield from (_tasks(view, found) for found in view.of(_SERVICE))
    yield from machines.instances()
    yield from (_api_server(view, found) for found in view.of(_CLUSTER))


def _where(place: Place, fargate: Fargate, on_nodes: tuple[Interface, ...]) -> Place:
    """Pods on the nodes, unless a profile of Fargate takes them.

    A pod has a private address of its own; to public ones it speaks as its node, and nobody gets to it by that:
    https://docs.aws.amazon.com/eks/latest/userguide/external-snat.html
    """
    taken = fargate.pods(place.pods.namespace, place.pods.labels) if place.pods else ()
    if place.pods is None:
        return replace(place, interfaces=on_nodes)
    if not taken:
        return replace(place, interfaces=tuple(replace(one, shares=True) for one in on_nodes))
    return replace(place, interfaces=taken, pods=replace(place.pods, on_fargate=True))


def pod_template(workload: Resource) -> str:
    """Where a workload says what its pods are."""
    return "spec.jobTemplate.spec.template" if workload.type == CRON_JOB else "spec.template"


def _pods(view: View) -> Iterator[Place]:
    for found in view.of(*DEPLOYMENTS, *_JOBS):
        path = pod_template(found)
        containers = list(found.blocks(f"{path}.spec.containers"))
        ports = [port for container in containers for port in container.blocks("ports")]
        numbers = {text(port.get("name")): port.get("containerPort") for port in ports}
        yield Place(
            name=view.owner(found),
            kind=Kind.PODS,
            urns=(found.urn,),
            ports=tuple(port.get("containerPort") for port in ports if isinstance(port.get("containerPort"), int)),
            words=frozenset({"application"} if _is_application(found) else ()),
            pods=_selectable(found, path, numbers),
            region=view.region_of(found),
        )
    for found in view.of(_RELEASE):
        if _KINDS_ONLY.search(text(found.get("chart"))):
            continue
        namespace = text(found.get("namespace")) or "default"
        yield Place(
            name=view.owner(found),
            kind=Kind.PODS,
            urns=(found.urn,),
            pods=Pods(namespace, {}),
            region=view.region_of(found),
        )


def _is_application(found: Resource) -> bool:
    """A Deployment, unless it says of itself that it collects what others send."""
    labels = found.get("metadata.labels")
    component = labels.get("app.kubernetes.io/component") if isinstance(labels, dict) else None
    return found.type == DEPLOYMENTS[0] and text(component) != "collector"


def _selectable(found: Resource, path: str, named_ports: dict[str, Any]) -> Pods | None:
    """Pods in the network of their node are beyond NetworkPolicies."""
    if found.has(f"{path}.spec.hostNetwork", True):
        return None
    labels = found.get(f"{path}.metadata.labels")
    return Pods(
        namespace=text(found.get("metadata.namespace")) or "default",
        labels=labels if isinstance(labels, dict) else {},
        named_ports={name: port for name, port in named_ports.items() if name and isinstance(port, int)},
    )


def _in_network(view: View, token: str, kind: Kind, block: str, subnets: str) -> Iterator[Place]:
    for found in view.of(token):
        interface = Interface(
            names(found, f"{block}.{subnets}"),
            names(found, f"{block}.securityGroupIds"),
            ipv6=flag(found, f"{block}.ipv6AllowedForDualStack", False),
        )
        yield _place(view, found, kind, interface if interface.subnets else None)


def _tasks(view: View, found: Resource) -> Place:
    config = "networkConfiguration"
    tasks = view.refers(found, "taskDefinition", _TASK)
    interface = Interface(
        names(found, f"{config}.subnets"),
        names(found, f"{config}.securityGroups"),
        public=flag(found, f"{config}.assignPublicIp", False),
        ipv6=None if view.dual_stack(names(found, f"{config}.subnets")) else False,
    )
    if not interface.subnets:  # its tasks stand behind the addresses of whichever instance they run on
        interface = Interface((), (UNKNOWN_NAME,), public=None)
    ports = [block.get("containerPort") for block in found.blocks("loadBalancers")]
    ports += [port for task in tasks for port in task_ports(task)]
    return Place(
        name=view.owner(found),
        kind=Kind.TASKS,
        urns=(found.urn, *(task.urn for task in tasks)),
        interfaces=(interface,),
        ports=tuple(dict.fromkeys(port for port in ports if isinstance(port, int))),
        words=frozenset({"application"}),
        region=view.region_of(found),
    )


def _api_server(view: View, found: Resource) -> Place:
    """Open to the internet and shut to the VPC unless told otherwise.

    https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
    """
    config = "vpcConfig"
    off = f"{config}.endpointPublicAccess"
    groups = tuple(dict.fromkeys([cluster_group(found), *texts(found.list(f"{config}.securityGroupIds"))]))
    interface = Interface(texts(found.list(f"{config}.subnetIds")), tuple(group for group in groups if group))
    return Place(
        name=view.owner(found),
        kind=Kind.API_SERVER,
        urns=(found.urn,),
        interfaces=(interface,) if found.has(f"{config}.endpointPrivateAccess", True) else (),
        ports=(_API_PORT,),
        words=frozenset({"kubernetes", "cluster"}),
        region=view.region_of(found),
        closed="its public endpoint is off"
        if found.has(off, False)
        else "whether it has a public endpoint is not known yet"
        if found.unknown(off)
        else "",
        unsure=found.unknown(off),
        admits=names(found, f"{config}.publicAccessCidrs"),
    )


def _place(view: View, found: Resource, kind: Kind, interface: Interface | None) -> Place:
    return Place(
        name=view.owner(found),
        kind=kind,
        urns=(found.urn,),
        interfaces=(interface,) if interface else (),
        region=view.region_of(found),
    )
