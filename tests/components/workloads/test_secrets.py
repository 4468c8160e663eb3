"""Secrets that come out of Secrets Manager: whose rights, which values, and in which order they come and go."""

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.statements import Statement
from components.workloads.external_secrets import ExternalSecrets
from components.workloads.namespace import Namespace
from components.workloads.synced_secret import SecretValue, SyncedSecret
from tests.components.workloads.support import RELEASE, Cluster, nodes, of, statements, waits_for
from tests.support import ACCOUNT, record, unequal_when_unknown

STORE = "kubernetes:external-secrets.io/v1:SecretStore"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
ARN = ACCOUNT.arn("secretsmanager", "secret:cloud-consulting/app-AbCdEf")
VALUES = {
    "database-url": SecretValue(ARN, "database-url"),
    "redis-url": SecretValue(ARN, "redis-url"),
}


def program(values: Mapping[str, SecretValue] = VALUES, templates: Mapping[str, Any] | None = None) -> None:
    cluster, group = Cluster(), nodes()
    secret = aws.secretsmanager.Secret("app")
    namespace = Namespace("apps", namespace="cloud-consulting", cluster=cluster, nodes=group)
    operator = ExternalSecrets(
        "external-secrets",
        account=ACCOUNT,
        cluster=cluster,
        namespace=namespace,
        nodes=group,
        grants=[
            Statement("ReadApp", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [ARN]),
            Statement("DecryptApp", ["kms:Decrypt"], [ACCOUNT.arn("kms", "key/1")]),
        ],
    )
    if templates:
        values = {**values, "password": SecretValue(secret.arn, "password")}
    SyncedSecret("app-secrets", secret="app-secrets", operator=operator, values=values, templates=templates)


def composed() -> None:
    url = pulumi.Output.concat("postgresql://app:{{ .password | urlquery }}@", aws.sqs.Queue("q").arn, "/consulting")
    program({}, {"database-url": url})


def graph() -> Graph:
    return of(program)


def fails(run: Callable[[], object]) -> str:
    with pytest.raises(ProgramError) as error:
        record(run)
    return str(error.value)


def test_the_operator_is_pinned_and_sees_one_namespace() -> None:
    made = graph().only(RELEASE).inputs
    assert (made["chart"], made["version"]) == ("external-secrets", "2.12.0")
    assert made["repositoryOpts"] == {"repo": "https://charts.external-secrets.io"}
    assert made["atomic"] is True
    values = made["values"]
    assert (values["scopedNamespace"], values["scopedRBAC"]) == ("cloud-consulting", True)
    assert values["installCRDs"] is True
    switched = {key for key, value in values.items() if value is False}
    assert switched == {
        "processClusterExternalSecret",
        "processClusterGenerator",
        "processClusterPushSecret",
        "processClusterStore",
        "processPushSecret",
    }
    assert values["webhook"] == values["certController"] == {"create": False}
    assert values["crds"]["conversion"] == {"enabled": False}
    assert values["replicaCount"] == 2


def test_the_operator_may_read_the_secrets_it_was_given_and_nothing_else() -> None:
    made = graph()
    rights = statements(made, "external-secrets-pods-policy")
    assert {action for right in rights.values() for action in right["Action"]} == {
        "kms:Decrypt",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
    }
    assert "*" not in {resource for right in rights.values() for resource in right["Resource"]}
    association = made.only("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert association["serviceAccount"] == made.only(RELEASE).inputs["values"]["serviceAccount"]["name"]
    assert association["namespace"] == "kube-system"


def test_the_store_signs_in_as_the_operator() -> None:
    store = graph().only(STORE).inputs
    assert store["metadata"]["namespace"] == "cloud-consulting"
    assert store["spec"] == {"provider": {"aws": {"service": "SecretsManager", "region": "us-east-1"}}}


def test_the_secret_has_the_keys_asked_for() -> None:
    made = graph().only(EXTERNAL_SECRET).inputs
    assert (made["metadata"]["name"], made["metadata"]["namespace"]) == ("app-secrets", "cloud-consulting")
    assert made["spec"]["target"] == {"name": "app-secrets", "creationPolicy": "Owner", "deletionPolicy": "Retain"}
    assert made["spec"]["secretStoreRef"] == {"kind": "SecretStore", "name": "secrets-manager"}
    assert made["spec"]["data"] == [
        {"secretKey": key, "remoteRef": {"key": ARN, "property": key}} for key in ("database-url", "redis-url")
    ]


def test_a_key_may_be_composed_of_values() -> None:
    spec = of(composed).only(EXTERNAL_SECRET).inputs["spec"]
    assert [datum["secretKey"] for datum in spec["data"]] == ["password"]
    assert spec["target"]["template"]["data"]["database-url"].startswith("postgresql://app:{{ .password | urlquery }}@")


def test_whoever_waits_for_the_secret_finds_it() -> None:
    made = graph()
    for token in (STORE, EXTERNAL_SECRET):
        assert made.only(token).inputs["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Ready"}


def test_no_secret_value_is_in_the_state() -> None:
    made = graph()
    assert made.of_type("kubernetes:core/v1:Secret") == []
    assert made.of_type("aws:secretsmanager/secretVersion:SecretVersion") == []
    assert "://" not in json.dumps(made.only(EXTERNAL_SECRET).inputs)


def test_the_secret_goes_before_the_operator_and_the_operator_before_its_rights() -> None:
    made = graph()
    secret, store, release = made.only(EXTERNAL_SECRET), made.only(STORE), made.only(RELEASE)
    association = made.only("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    order = [secret, store, release, association]
    for earlier, later in itertools.pairwise(order):
        assert waits_for(made, earlier, later), (earlier.name, later.name)
    assert waits_for(made, release, made.only("aws:iam/rolePolicy:RolePolicy"))
    assert waits_for(made, release, made.only("kubernetes:core/v1:Namespace"))
    assert waits_for(made, release, made.only("aws:iam/role:Role", "nodes"))


def test_names_that_cannot_be_carried_are_refused() -> None:
    assert "no value to copy" in fails(lambda: program({}))
    assert "'a/b' is no key of a Kubernetes secret" in fails(lambda: program({"a/b": SecretValue(ARN)}))
    assert "'db-url' cannot be named in a template" in fails(
        lambda: program({"db-url": SecretValue(ARN)}, {"url": "{{ .password }}"})
    )


@pytest.mark.parametrize("run", [program, composed])
def test_the_same_is_made_when_nothing_is_known_yet(run: Callable[[], None]) -> None:
    assert unequal_when_unknown(run) == []
