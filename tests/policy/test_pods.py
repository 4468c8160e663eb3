"""The pod rules over what the components really register, with one field of it changed."""

import pytest

from policy.pods import DEPLOYMENT
from policy.resources import Resource
from tests.policy.cases import Set
from tests.policy.support import check
from tests.stacks import stack_graph

C = "spec.template.spec.containers[0]"
CHANGES = {
    "kubernetes-no-privilege-escalation": Set(f"{C}.securityContext.allowPrivilegeEscalation", True),
    "kubernetes-not-privileged": Set(f"{C}.securityContext.privileged", True),
    "kubernetes-read-only-root": Set(f"{C}.securityContext.readOnlyRootFilesystem", False),
    "kubernetes-capabilities": Set(f"{C}.securityContext.capabilities.drop", []),
    "kubernetes-non-root": Set("spec.template.spec.securityContext", {}),
    "kubernetes-seccomp": Set("spec.template.spec.securityContext.seccompProfile"),
    "kubernetes-resources": Set(f"{C}.resources.limits", {}),
    "kubernetes-image-version": Set(f"{C}.image", "records:latest"),
    "kubernetes-service-account-token": Set("spec.template.spec.automountServiceAccountToken", True),
    "kubernetes-spread": Set("spec.template.spec.topologySpreadConstraints", []),
    "kubernetes-own-namespace": Set("metadata.namespace", "default"),
}


@pytest.fixture(scope="module")
def deployment() -> Resource:
    node = next(node for node in stack_graph("prod") if node.type == DEPLOYMENT)
    return Resource(node.urn, node.type, node.name, inputs=node.inputs)


@pytest.mark.parametrize("rule", CHANGES)
def test_what_workload_registers_is_read(rule: str, deployment: Resource) -> None:
    assert check(rule, deployment) == []
    [broken] = CHANGES[rule].broken([deployment])
    assert check(rule, broken)
