"""Pods, tasks, functions, queues and alarms: unusual, and rightly so."""

import copy
import json
from typing import Any

from policy.model import UNKNOWN, Resource
from policy.pods import DAEMON_SET, JOB
from policy.rules import cloudwatch, codebuild, eks_nodes, events, lambda_functions, sns, sns_transport, sqs
from policy.rules.kubernetes_network import NAMESPACE, NETWORK_POLICY
from policy.rules.kubernetes_rbac import CLUSTER_ROLE, CLUSTER_ROLE_BINDING
from tests.policy.support import resource

_SECURE = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
_CONTAINER: dict[str, Any] = {
    "name": "main",
    "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/main:1.4.2",
    "securityContext": _SECURE,
    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
}


def _pod(**changes: Any) -> dict[str, Any]:
    context = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {"automountServiceAccountToken": False, "securityContext": context, "containers": [_CONTAINER]}
    return copy.deepcopy(pod) | changes


def _denial(action: str) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Statement": [statement]})


def log_agent() -> list[Resource]:
    """A DaemonSet reads its node's logs as root, in a namespace that admits it, and asks Kubernetes who wrote them."""
    mounts = [
        {"name": "logs", "mountPath": "/var/log", "readOnly": True},
        {"name": "containers", "mountPath": "/var/lib/docker/containers", "readOnly": True},
    ]
    pod = _pod(
        serviceAccountName="agent",
        automountServiceAccountToken=True,
        securityContext={"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}},
        containers=[_CONTAINER | {"volumeMounts": mounts}],
        volumes=[
            {"name": "logs", "hostPath": {"path": "/var/log"}},
            {"name": "containers", "hostPath": {"path": "/var/lib/docker/containers"}},
        ],
    )
    labels = {"pod-security.kubernetes.io/enforce": "privileged"}
    deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    reads = [{"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get", "list", "watch"]}]
    subject = {"kind": "ServiceAccount", "name": "agent", "namespace": "logging"}
    return [
        resource(NAMESPACE, "namespace", metadata={"name": "logging", "labels": labels}),
        resource(NETWORK_POLICY, "deny", metadata={"namespace": "logging"}, spec=deny),
        resource(CLUSTER_ROLE, "role", metadata={"name": "agent"}, rules=reads),
        resource(CLUSTER_ROLE_BINDING, "binding", roleRef={"kind": "ClusterRole", "name": "agent"}, subjects=[subject]),
        resource(DAEMON_SET, "agent", metadata={"namespace": "logging"}, spec={"template": {"spec": pod}}),
    ]


def job_without_probes_or_account() -> list[Resource]:
    """A Job serves nobody, has no account of its own and no token, and gets its password from a Secret."""
    secret = {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
    names = [{"name": "DB_SECRET", "value": "records/db"}, {"name": "TOKEN_FILE", "value": "/var/run/token"}, secret]
    spec = {"template": {"spec": _pod(containers=[_CONTAINER | {"env": names}])}}
    return [resource(JOB, "migrate", metadata={"namespace": "records"}, spec=spec)]


def wholly_unknown_pod() -> list[Resource]:
    """At a first preview much of a pod is not known yet."""
    spec = {"template": {"spec": UNKNOWN}, "replicas": UNKNOWN}
    return [resource(DAEMON_SET, "agent", metadata={"namespace": UNKNOWN}, spec=spec)]


def warnings_about_spot_instances() -> list[Resource]:
    """Events that are worth nothing after five minutes go to a queue that keeps them no longer."""
    queue = resource(sqs.QUEUE, "warnings", kmsMasterKeyId=UNKNOWN, messageRetentionSeconds=300)
    policy = resource(sqs.QUEUE_POLICY, "policy", refers={"queueUrl": queue}, queueUrl=UNKNOWN, policy=_denial("sqs:*"))
    return [queue, policy, resource(events.EVENT_TARGET, "target", refers={"arn": queue}, arn=UNKNOWN)]


def notices_by_mail() -> list[Resource]:
    """Mail has no protocol to choose; an alarm that feeds a composite one tells nobody itself."""
    topic = resource(sns.TOPIC, "topic", kmsMasterKeyId=UNKNOWN)
    policy = resource(
        sns_transport.TOPIC_POLICY, "policy", refers={"arn": topic}, arn=UNKNOWN, policy=_denial("sns:Publish")
    )
    part = resource(cloudwatch.ALARM, "part", dimensions={"QueueName": "q"})
    whole = resource(
        cloudwatch.COMPOSITE_ALARM,
        "whole",
        refers={"alarmRule": part, "alarmActions": topic},
        alarmRule=UNKNOWN,
        alarmActions=[UNKNOWN],
    )
    mail = resource(
        sns_transport.SUBSCRIPTION, "mail", refers={"topic": topic}, topic=UNKNOWN, protocol="email", endpoint="a@b.c"
    )
    return [topic, policy, part, whole, mail]


def small_function() -> list[Resource]:
    """A function outside a VPC, unbounded and unsigned, whose code comes with the program and whose caller waits."""
    function = resource(
        lambda_functions.FUNCTION,
        "function",
        runtime="python3.13",
        tracingConfig={"mode": "Active"},
        loggingConfig={"logGroup": UNKNOWN},
    )
    called = resource(
        lambda_functions.PERMISSION,
        "called",
        refers={"function": function},
        function=UNKNOWN,
        action="lambda:InvokeFunction",
        principal="secretsmanager.amazonaws.com",
        sourceArn=UNKNOWN,
        sourceAccount="123456789012",
    )
    return [function, called]


def build_with_secrets_by_name() -> list[Resource]:
    """A build names its secrets, and a source that needs no password."""
    variables = [{"name": "API_TOKEN", "type": "PARAMETER_STORE", "value": "/build/token"}]
    return [
        resource(
            codebuild.PROJECT,
            "build",
            encryptionKey=UNKNOWN,
            environment={"privilegedMode": False, "environmentVariables": variables},
            source={"location": "https://github.com/example/records.git"},
        )
    ]


def add_ons_without_rights() -> list[Resource]:
    """DNS and metrics call no AWS service."""
    return [resource(eks_nodes.ADD_ON, name, addonName=name) for name in ("coredns", "metrics-server", "kube-proxy")]
