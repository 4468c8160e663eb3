"""Small graphs of clusters whose nodes answer for pods."""

from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict
from tests.analyser.analyses.reach.made import Made, public
from tests.analyser.analyses.reach.test_kinds import NO, UNSURE, YES, verdict

OWN = {"vpcConfig": {"clusterSecurityGroupId": "sg-own"}}


def cluster(service: dict[str, Any], rule: dict[str, Any] | None, *, maps: bool = True, **pod: Any) -> Made:
    """Nodes in a public subnet, pods on them, and a service before these."""
    made, _, subnet = public(mapPublicIpOnLaunch=maps)
    config = {"subnetIds": [subnet], "endpointPrivateAccess": True}
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig=config, outputs=OWN)
    made.any("aws:eks/nodeGroup:NodeGroup", "nodes", clusterName="eks", subnetIds=[subnet])
    container = {"name": "web", "ports": [{"containerPort": 8080}]}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container], **pod}}
    made.any("kubernetes:apps/v1:Deployment", "web", metadata={"name": "web"}, spec={"template": template})
    port = {"port": 80, "targetPort": 8080, **service.pop("entry", {})}
    spec = {"selector": {"app": "web"}, "ports": [port], **service}
    made.any("kubernetes:core/v1:Service", "door", metadata={"name": "door"}, spec=spec)
    if rule:
        given = {"securityGroupId": "sg-own", "ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", **rule}
        made.add("SecurityGroupIngressRule", "rule", module="vpc", **given)
    return made


GIVEN = {"type": "NodePort", "entry": {"nodePort": 30080}}
RANGE = {"fromPort": 30000, "toPort": 32767}


@pytest.mark.parametrize(
    ("service", "rule", "maps", "expected"),
    [
        (GIVEN, RANGE, True, YES),
        (GIVEN, {"fromPort": 30080, "toPort": 30080}, True, YES),
        (GIVEN, {"fromPort": 30081, "toPort": 30081}, True, NO),
        (GIVEN, RANGE, False, NO),
        (GIVEN, None, True, NO),
        ({"type": "NodePort"}, RANGE, True, UNSURE),
        ({"type": "ClusterIP"}, RANGE, True, NO),
        ({"type": "NodePort", "entry": {"nodePort": 30080, "protocol": "UDP"}}, RANGE, True, NO),
    ],
)
def test_a_port_of_public_nodes(
    service: dict[str, Any], rule: dict[str, Any] | None, maps: bool, expected: Verdict
) -> None:
    assert verdict(cluster(dict(service), rule, maps=maps), target="web", port=None) is expected


@pytest.mark.parametrize(("allocate", "expected"), [(None, YES), (False, NO)])
def test_the_node_ports_of_an_internal_balancer_s_service(allocate: bool | None, expected: Verdict) -> None:
    scheme = {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}
    spec = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": allocate, "entry": {"nodePort": 30080}}
    made = cluster(spec, RANGE)
    made.nodes[-2].inputs["metadata"]["annotations"] = scheme
    assert verdict(made, target="web", port=None) is expected


@pytest.mark.parametrize(("pod", "expected"), [({}, NO), ({"hostNetwork": True}, YES)])
def test_the_public_address_of_a_node_leads_to_no_pod(pod: dict[str, Any], expected: Verdict) -> None:
    made = cluster({"type": "ClusterIP"}, {"fromPort": 8080, "toPort": 8080}, **pod)
    assert verdict(made, target="web", port=8080) is expected
    assert verdict(made, "web", "internet", 443) is YES
