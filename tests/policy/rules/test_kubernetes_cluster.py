"""Kubernetes: what reaches past a namespace: rights over the cluster, admission, tokens, open services and policies."""

from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.rules import kubernetes_admission, kubernetes_network, kubernetes_rbac
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

SCHEME, INSIDE, KIND = (f"service.beta.kubernetes.io/aws-load-balancer-{key}" for key in ("scheme", "internal", "type"))
SOURCES = "service.beta.kubernetes.io/load-balancer-source-ranges"


def role(kind: str = kubernetes_rbac.CLUSTER_ROLE, **entry: Any) -> Resource:
    """As an operator's ClusterRole looks: it reads a few kinds."""
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create"]} | entry]
    return resource(kind, "role", metadata={"name": "operator"}, rules=rules)


def service(annotations: Any, **spec: Any) -> Resource:
    """A Service for which the cluster makes a load balancer."""
    metadata = {"name": "web", "namespace": "shop", "annotations": annotations}
    return resource(kubernetes_network.SERVICE, "service", metadata=metadata, spec={"type": "LoadBalancer"} | spec)


POLICY = resource(
    kubernetes_network.NETWORK_POLICY,
    "policy",
    metadata={"name": "web", "namespace": "shop"},
    spec={
        "podSelector": {"matchLabels": {"app": "web"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "gateway"}}}],
                "ports": [{"port": 80}],
            }
        ],
        "egress": [
            {"ports": [{"port": 53, "protocol": "UDP"}]},
            {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "169.254.169.254/32"]}}]},
        ],
    },
)
WEBHOOKS = resource(
    kubernetes_admission.WEBHOOKS[0],
    "webhooks",
    webhooks=[{"name": "check.example.com", "failurePolicy": "Fail", "sideEffects": "None"}],
)
ADMISSION = resource(kubernetes_admission.ADMISSION_POLICY, "admission", spec={"failurePolicy": "Fail"})
SECRET = resource("kubernetes:core/v1:Secret", "secret", type="Opaque", metadata={"namespace": "shop"})
CASES = [
    Case(
        "kubernetes-rbac-volumes",
        [role(resources=["persistentvolumes"], verbs=["get", "list", "watch"])],
        [Set("rules[0].verbs", ["create"]), Set("rules[0].verbs", ["get", "*"])],
    ),
    Case("kubernetes-rbac-volumes", [role()], [Set("rules[0].resources", ["pods", "persistentvolumes"])]),
    Case(
        "kubernetes-rbac-certificates",
        [role(resources=["certificatesigningrequests/approval"], verbs=["get"])],
        [Set("rules[0].verbs", [verb]) for verb in ("update", "patch", "*")],
    ),
    Case(
        "kubernetes-rbac-certificates",
        [role(resources=["signers"], verbs=["approve"], resourceNames=["example.com/shop"])],
        [Set("rules[0].resourceNames"), Set("rules[0].resourceNames", [])],
    ),
    Case(
        "kubernetes-rbac-certificates",
        [role(resources=["signers"], verbs=["get"])],
        [Set("rules[0].verbs", ["sign"])],
    ),
    Case(
        "kubernetes-rbac-webhooks",
        [role(resources=["mutatingwebhookconfigurations"], verbs=["update", "patch"], resourceNames=["shop"])],
        [Set("rules[0].resourceNames"), Set("rules[0].verbs", ["create"])],
    ),
    Case(
        "kubernetes-rbac-webhooks",
        [role(resources=["validatingwebhookconfigurations"], verbs=["get", "list", "watch"])],
        [Set("rules[0].verbs", [verb]) for verb in ("create", "update", "patch", "delete", "deletecollection", "*")],
    ),
    *(
        Case(
            "kubernetes-rbac-tokens",
            [role(kind, resources=["serviceaccounts/token"], verbs=["create"], resourceNames=["runner"])],
            [Set("rules[0].resourceNames")],
        )
        for kind in (kubernetes_rbac.ROLE, kubernetes_rbac.CLUSTER_ROLE)
    ),
    Case("kubernetes-rbac-tokens", [role()], [Set("rules[0].resources", ["serviceaccounts/token"])]),
    Case(
        "kubernetes-webhook-fails-closed",
        [WEBHOOKS],
        [
            Set("webhooks[0].failurePolicy", "Ignore"),
            Set("webhooks", [{"name": "a", "failurePolicy": "Fail"}, {"name": "b", "failurePolicy": "Ignore"}]),
        ],
    ),
    Case("kubernetes-webhook-fails-closed", [ADMISSION], [Set("spec.failurePolicy", "Ignore")]),
    Case("kubernetes-token-secret", [SECRET], [Set("type", "kubernetes.io/service-account-token")]),
    Case(
        "kubernetes-external-ips",
        [service({}, externalIPs=[])],
        [Set("spec.externalIPs", ["198.51.100.32"])],
    ),
    Case(
        "kubernetes-load-balancer-internal",
        [service({SCHEME: "internal"}, loadBalancerClass="service.k8s.aws/nlb")],
        [Set(f'metadata.annotations["{SCHEME}"]', "internet-facing")],
    ),
    Case(
        "kubernetes-load-balancer-internal",
        [service({INSIDE: "true", KIND: "nlb"})],
        [Set(f'metadata.annotations["{INSIDE}"]', "false"), Set(f'metadata.annotations["{INSIDE}"]')],
    ),
    Case(
        "kubernetes-load-balancer-internal",
        [service({SCHEME: "internet-facing"}, loadBalancerSourceRanges=["203.0.113.0/24"])],
        [
            Set("spec.loadBalancerSourceRanges"),
            Set("spec.loadBalancerSourceRanges", ["203.0.113.0/24", "0.0.0.0/0"]),
        ],
    ),
    Case(
        "kubernetes-load-balancer-internal",
        [service({SCHEME: "internet-facing", SOURCES: "203.0.113.0/24, 198.51.100.0/24"})],
        [
            Set(f'metadata.annotations["{SOURCES}"]'),
            Set(f'metadata.annotations["{SOURCES}"]', "203.0.113.0/24, 0.0.0.0/1, 128.0.0.0/1"),
        ],
    ),
    Case(
        "kubernetes-network-policy-open",
        [POLICY],
        [
            Set("spec.ingress", [{}]),
            Set("spec.egress", [{}]),
            Set("spec.ingress", [{"from": []}]),
            Set("spec.ingress", [{"from": [{"namespaceSelector": {}}]}]),
            Set("spec.ingress", [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"ipBlock": {"cidr": "0.0.0.0/0"}}]}]),
            Set("spec.egress", [{"to": [{"ipBlock": {"cidr": "::/0"}}]}]),
            Set("spec.egress[1].to[0].ipBlock.except", []),
            Set("spec.egress[0].ports", [{"protocol": "TCP"}]),
            Set("spec.egress[0].ports", [{"port": 1, "endPort": 65535}]),
        ],
    ),
]


@pytest.mark.parametrize(
    "ingress",
    [
        [{"from": [{"podSelector": {}}]}],
        [{"from": [{"namespaceSelector": {"matchLabels": {"team": "shop"}}}]}],
        [{"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "gateway"}}}]}],
        [{"ports": [{"port": 443}]}],
        [{"ports": [{"port": "https"}]}],
        [{"ports": [{"port": 30000, "endPort": 32767}]}],
        [],
        UNKNOWN,
        [UNKNOWN],
        [{"from": UNKNOWN}],
        [{"from": [{"namespaceSelector": UNKNOWN}]}],
        [{"from": [{"namespaceSelector": {}, "podSelector": UNKNOWN}]}],
        [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": UNKNOWN}}]}],
        [{"ports": UNKNOWN}],
    ],
)
def test_policies_that_name_somebody_are_not_open(ingress: Any) -> None:
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": ingress}
    policy = resource(kubernetes_network.NETWORK_POLICY, metadata={"namespace": "shop"}, spec=spec)
    assert check("kubernetes-network-policy-open", policy) == []


@pytest.mark.parametrize("types", [["Ingress"], UNKNOWN, [UNKNOWN]])
def test_rules_of_a_direction_that_the_policy_is_not_about_allow_nothing(types: Any) -> None:
    spec = {"podSelector": {}, "policyTypes": types, "egress": [{}]}
    assert check("kubernetes-network-policy-open", resource(kubernetes_network.NETWORK_POLICY, spec=spec)) == []


def test_without_types_rules_say_what_a_policy_is_about() -> None:
    both = resource(kubernetes_network.NETWORK_POLICY, spec={"podSelector": {}, "ingress": [{}], "egress": [{}]})
    assert len(check("kubernetes-network-policy-open", both)) == 2


@pytest.mark.parametrize(
    "annotations",
    [
        {},
        {KIND: "external"},
        {KIND: "nlb", SCHEME: "internal"},
        {KIND: "nlb", INSIDE: "true"},
        {SCHEME: UNKNOWN, INSIDE: "false"},
        {SCHEME: "internet-facing", SOURCES: UNKNOWN},
        UNKNOWN,
    ],
)
def test_load_balancers_not_known_to_be_public(annotations: Any) -> None:
    assert check("kubernetes-load-balancer-internal", service(annotations)) == []


def test_controllers_make_internal_ones_by_themselves() -> None:
    assert check("kubernetes-load-balancer-internal", service({KIND: "nlb"}))
    by_controller = service({KIND: "nlb"}, loadBalancerClass="service.k8s.aws/nlb")
    assert check("kubernetes-load-balancer-internal", by_controller) == []
    assert check("kubernetes-load-balancer-internal", service({SCHEME: "internet-facing"}, type="ClusterIP")) == []


def test_others_signers_and_subresources_are_no_approval() -> None:
    assert check("kubernetes-rbac-certificates", role(resources=["certificatesigningrequests"], verbs=["create"])) == []
    assert check("kubernetes-rbac-tokens", role(resources=["serviceaccounts"], verbs=["create"])) == []
    assert check("kubernetes-rbac-volumes", role(resources=["persistentvolumeclaims"], verbs=["create"])) == []
