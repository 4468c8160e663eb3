"""Kubernetes around pods: namespaces, services, RBAC, accounts, storage, Helm."""

import copy
from typing import Any

import pytest

from policy.model import Resource
from policy.pods import DAEMON_SET
from policy.rules import helm, kubernetes_accounts, kubernetes_network, kubernetes_rbac, kubernetes_storage
from tests.policy.cases import Case, Set, Without
from tests.policy.rules.test_kubernetes_pods import LOGS, workload
from tests.policy.support import check, resource

NAMESPACE = resource(
    kubernetes_network.NAMESPACE,
    "namespace",
    metadata={"name": "records", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
)
DENY = resource(
    kubernetes_network.NETWORK_POLICY,
    "deny",
    metadata={"namespace": "records"},
    spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
)
SERVICE = resource(
    kubernetes_network.SERVICE, "service", metadata={"name": "api", "namespace": "records"}, spec={"type": "ClusterIP"}
)
INGRESS = resource(
    kubernetes_network.INGRESS,
    "ingress",
    metadata={"namespace": "records", "annotations": {}},
    spec={"tls": [{"hosts": ["example.com"]}]},
)
ROLE = resource(
    kubernetes_rbac.CLUSTER_ROLE, "role", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
)
BINDING = resource(
    kubernetes_rbac.ROLE_BINDING,
    "binding",
    metadata={"namespace": "records"},
    roleRef={"kind": "Role", "name": "reader"},
    subjects=[{"kind": "ServiceAccount", "name": "api", "namespace": "records"}],
)
IDENTITY = resource(kubernetes_rbac.POD_IDENTITY, "identity", serviceAccount="api", namespace="records")
ACCOUNT = resource(
    kubernetes_accounts.SERVICE_ACCOUNT,
    "account",
    metadata={"name": "api", "namespace": "records"},
    automountServiceAccountToken=False,
)
BY_ACCOUNT = workload(automountServiceAccountToken=None)
CLASS = resource(
    kubernetes_storage.STORAGE_CLASS,
    "class",
    provisioner="ebs.csi.aws.com",
    parameters={"encrypted": "true", "kmsKeyId": "arn:aws:kms:key"},
    reclaimPolicy="Retain",
)
VOLUME = resource(
    kubernetes_storage.VOLUME,
    "volume",
    spec={
        "persistentVolumeReclaimPolicy": "Retain",
        "csi": {"driver": "efs.csi.aws.com", "volumeAttributes": {"encryptInTransit": "true"}},
    },
)
RELEASE = resource(
    helm.RELEASE,
    "release",
    chart="karpenter",
    version="1.14.1",
    repositoryOpts={"repo": "https://charts.example.com"},
    values={
        "auth": {"existingSecret": "db", "passwordKey": "password"},
        "env": [{"name": "TOKEN", "value": "$(TOKEN_FROM_FILE)"}],
    },
)
CASES = [
    Case(
        "kubernetes-default-deny",
        [NAMESPACE, DENY],
        [
            Without("deny", "metadata"),
            Set("spec.policyTypes", ["Ingress"], on="deny"),
            Set("spec.policyTypes", ["Egress"], on="deny"),
            Set("spec.policyTypes", on="deny"),
            Set("spec.podSelector", {"matchLabels": {"app": "api"}}, on="deny"),
            Set("spec.ingress", [{}], on="deny"),
            Set("metadata.namespace", "other", on="deny"),
        ],
    ),
    Case(
        "kubernetes-pod-security",
        [NAMESPACE],
        [Set("metadata.labels"), Set('metadata.labels["pod-security.kubernetes.io/enforce"]', "privileged")],
    ),
    Case("kubernetes-own-namespace", [workload()], [Set("metadata.namespace"), Set("metadata.namespace", "default")]),
    Case("kubernetes-own-namespace", [SERVICE], [Set("metadata.namespace", "default")]),
    Case("kubernetes-service-inside", [SERVICE], [Set("spec.type", "LoadBalancer"), Set("spec.type", "NodePort")]),
    Case("kubernetes-ingress-tls", [INGRESS], [Set("spec.tls"), Set("spec.tls", [])]),
    Case(
        "kubernetes-rbac-wildcard",
        [ROLE],
        [Set(f"rules[0].{key}", ["*"]) for key in ("verbs", "resources", "apiGroups")],
    ),
    Case("kubernetes-rbac-secrets", [ROLE], [Set("rules[0].resources", ["pods", "secrets"])]),
    Case(
        "kubernetes-rbac-escalation",
        [ROLE],
        [Set("rules[0].verbs", [verb]) for verb in ("bind", "escalate", "impersonate")],
    ),
    Case(
        "kubernetes-rbac-exec",
        [ROLE],
        [Set("rules[0].resources", [each]) for each in ("pods/exec", "pods/attach", "nodes/proxy")],
    ),
    Case(
        "kubernetes-rbac-cluster-admin",
        [BINDING],
        [
            Set("roleRef.name", "cluster-admin"),
            Set("subjects", [{"kind": "Group", "name": "system:masters"}]),
        ],
    ),
    Case(
        "kubernetes-rbac-not-public",
        [BINDING],
        [
            Set("subjects", [{"kind": "Group", "name": name}])
            for name in ("system:authenticated", "system:unauthenticated", "system:serviceaccounts")
        ]
        + [Set("subjects", [{"kind": "User", "name": "system:anonymous"}])],
    ),
    Case("kubernetes-default-service-account", [BINDING], [Set("subjects[0].name", "default")]),
    Case("kubernetes-default-service-account", [IDENTITY], [Set("serviceAccount", "default")]),
    Case(
        "kubernetes-service-account-token",
        [workload(), BINDING],
        [
            Set("spec.template.spec", {"automountServiceAccountToken": True, "serviceAccountName": "web"}),
            Set("spec.template.spec", {}),
        ],
    ),
    Case(
        "kubernetes-service-account-token",
        [BY_ACCOUNT, ACCOUNT],
        [
            Without("account", "metadata"),
            Set("automountServiceAccountToken", True, on="account"),
            Set("metadata.name", "web", on="account"),
        ],
    ),
    Case(
        "kubernetes-storage-encrypted",
        [CLASS],
        [
            Set("parameters.encrypted"),
            Set("parameters.encrypted", "false"),
            Set("parameters.kmsKeyId"),
            Set("parameters"),
        ],
    ),
    Case("kubernetes-storage-retained", [CLASS], [Set("reclaimPolicy"), Set("reclaimPolicy", "Delete")]),
    Case("kubernetes-storage-retained", [VOLUME], [Set("spec.persistentVolumeReclaimPolicy", "Delete")]),
    Case("kubernetes-storage-in-transit", [VOLUME], [Set("spec.csi.volumeAttributes.encryptInTransit", "false")]),
    Case(
        "helm-version",
        [RELEASE],
        [
            Set("version"),
            Set("version", "^1.14"),
            Set("version", ">=1"),
            Set("version", "1.x"),
            Set("version", "latest"),
        ],
    ),
    Case(
        "helm-repository",
        [RELEASE],
        [
            Set("repositoryOpts.repo", "http://charts.example.com"),
            Set("chart", "http://charts.example.com/karpenter.tgz"),
        ],
    ),
    Case(
        "helm-no-plain-secrets",
        [RELEASE],
        [
            Set("values.auth.password", "hunter2hunter2"),
            Set("values.env[0].value", "0123456789abcdef"),
            Set("values.config", "password in url: https://app:hunter2@example.com"),
        ],
    ),
]


@pytest.mark.parametrize("name", ["kube-shop", "amazon-shop", "kube-system-2"])
def test_namespaces_that_are_named_alike_are_judged(name: str) -> None:
    alike = resource(kubernetes_network.NAMESPACE, metadata={"name": name})
    assert check("kubernetes-default-deny", alike)
    assert check("kubernetes-pod-security", alike)


@pytest.mark.parametrize("name", ["kube-system", "amazon-cloudwatch"])
def test_namespaces_of_the_system_are_left_alone(name: str) -> None:
    system = resource(kubernetes_network.NAMESPACE, metadata={"name": name})
    assert check("kubernetes-default-deny", system) == []
    assert check("kubernetes-pod-security", system) == []


def test_a_namespace_of_node_agents_admits_them() -> None:
    metadata = {"name": "records", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}
    namespace = resource(kubernetes_network.NAMESPACE, "namespace", metadata=metadata)
    assert check("kubernetes-pod-security", namespace, workload(DAEMON_SET))
    assert check("kubernetes-pod-security", namespace, workload(DAEMON_SET, volumes=[LOGS])) == []


def test_which_direction_is_open_is_said() -> None:
    half = resource(kubernetes_network.NETWORK_POLICY, metadata={"namespace": "records"}, spec={"podSelector": {}})
    assert check("kubernetes-default-deny", NAMESPACE, half) == [
        "namespace: has no NetworkPolicy that denies egress by default"
    ]


def test_one_policy_a_direction_is_enough() -> None:
    halves = [
        resource(
            kubernetes_network.NETWORK_POLICY,
            kind,
            metadata={"namespace": "records"},
            spec={"podSelector": {}, "policyTypes": [kind]},
        )
        for kind in ("Ingress", "Egress")
    ]
    assert check("kubernetes-default-deny", NAMESPACE, *halves) == []


@pytest.mark.parametrize(
    "annotations",
    [
        {"alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"},
        {"alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS": 443}]'},
    ],
)
def test_certificates_of_load_balancers_serve_https(annotations: dict[str, str]) -> None:
    ingress = resource(kubernetes_network.INGRESS, metadata={"annotations": annotations}, spec={})
    assert check("kubernetes-ingress-tls", ingress) == []


def test_target_groups_of_instances_need_a_port_of_the_node() -> None:
    metadata = {"name": "api", "namespace": "records"}
    service = resource(kubernetes_network.SERVICE, "service", metadata=metadata, spec={"type": "NodePort"})
    binding: dict[str, Any] = {
        "metadata": {"namespace": "records"},
        "spec": {"serviceRef": {"name": "api", "port": 80}},
    }
    other: dict[str, Any] = binding | {"spec": {"serviceRef": {"name": "web"}}}
    assert check("kubernetes-service-inside", service, resource(kubernetes_network.TARGET_GROUP_BINDING, **other))
    assert (
        check("kubernetes-service-inside", service, resource(kubernetes_network.TARGET_GROUP_BINDING, **binding)) == []
    )


def rbac(**entry: Any) -> Resource:
    return resource(kubernetes_rbac.CLUSTER_ROLE, rules=[{"apiGroups": [""]} | entry])


def test_named_resources_are_not_at_large() -> None:
    assert check("kubernetes-rbac-secrets", rbac(resources=["secrets"], verbs=["get"], resourceNames=["db"])) == []
    assert check("kubernetes-rbac-secrets", rbac(resources=["secrets"], verbs=["create"])) == []
    assert check("kubernetes-rbac-escalation", rbac(resources=["users"], verbs=["bind"], resourceNames=["x"])) == []
    assert check("kubernetes-rbac-exec", rbac(resources=["pods/exec"], verbs=["list"])) == []


def test_service_accounts_in_use_hold_their_token() -> None:
    used = workload(automountServiceAccountToken=True)
    assert check("kubernetes-service-account-token", used, BINDING) == []
    assert check("kubernetes-service-account-token", used) == [
        "api: holds a token for the Kubernetes API that nothing uses (spec.template.spec.automountServiceAccountToken)"
    ]


def test_the_pod_has_the_last_word_about_its_token() -> None:
    mounting: dict[str, Any] = copy.deepcopy(dict(ACCOUNT.inputs)) | {"automountServiceAccountToken": True}
    account = resource(kubernetes_accounts.SERVICE_ACCOUNT, "account", **mounting)
    assert check("kubernetes-service-account-token", workload(), account) == []


def test_other_drivers_encrypt_in_their_own_way() -> None:
    shared = resource(kubernetes_storage.STORAGE_CLASS, provisioner="efs.csi.aws.com")
    assert check("kubernetes-storage-encrypted", shared) == []


def test_charts_of_the_program_itself_need_no_version() -> None:
    assert check("helm-version", resource(helm.RELEASE, chart="./charts/api")) == []
    assert check("helm-version", resource(helm.RELEASE, chart="oci://example.com/api", version="v1.2.3-rc.1")) == []
