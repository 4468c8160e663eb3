"""Container logs of a cluster to CloudWatch Logs, by Fluent Bit."""

import hashlib
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apps.v1 import (
    DaemonSet,
    DaemonSetSpecArgs,
    DaemonSetUpdateStrategyArgs,
    RollingUpdateDaemonSetArgs,
)
from pulumi_kubernetes.core.v1 import ConfigMap, PodTemplateSpecArgs, ServiceAccount
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, PolicyRuleArgs, RoleRefArgs, SubjectArgs

from components.account import Account
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.pod_role import PodRole
from components.statements import Grant, Statement
from components.versions import FLUENT_BIT
from components.workloads.fluent_bit import HTTP_PORT, Parser, fluent_bit_files
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.log_agent import CONFIG_MAP, log_agent
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination, own_policy
from components.workloads.pod import ImageTag
from settings import Name, Settings
from settings.services.operations import LogGroupName

_NAME = "fluent-bit"
_LABELS = {"app": _NAME}


class LogForwarderSettings(Settings):
    """Where the logs go, and what takes them there."""

    log_group: LogGroupName
    """The log group's name."""
    namespace: Name = "logging"
    """The Kubernetes namespace of the forwarder."""
    parser: Parser = "multiline"
    """What reads a line: whichever container runtime wrote it, and in how many parts; or the format of one runtime,
    line by line. EKS runs containerd, whose lines ``docker`` does not read: they stay as they are."""
    tag: ImageTag = FLUENT_BIT.value
    """Which image of https://gallery.ecr.aws/aws-observability/aws-for-fluent-bit; by default the one of
    ``components.versions``."""


class LogForwarder(InCluster):
    """Fluent Bit on every node, and the log group that it writes to: encrypted with ``key``, whose policy must let
    CloudWatch Logs in (``log_groups``), and kept as long as the environment says.

    Its role may add streams and events to that group and nothing else; in the cluster it may look at pods and
    namespaces, whose names and labels it adds. Nobody reaches it but the kubelet's probes. It lives in a namespace of
    its own, the one that admits more than the restricted standard: what ``log_agent`` says it needs, and why.

    Not to be had beside the add-on of Container Insights, which forwards the same logs.
    """

    def __init__(
        self,
        name: str,
        settings: LogForwarderSettings,
        *,
        account: Account,
        cluster: KubernetesCluster,
        key: Key,
        nodes: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self.log_group_name = settings.log_group
        self._namespace = Namespace(
            self.child("namespace"),
            namespace=settings.namespace,
            cluster=cluster,
            nodes=nodes,
            pod_security="privileged",
            opts=self.child_options(),
        )
        group = LogGroup(
            self.child("logs"),
            account=account,
            key=key,
            log_group_name=settings.log_group,
            opts=self.child_options(),
        )
        role = PodRole(
            self.child("pods"),
            account=account,
            cluster=cluster,
            namespace=settings.namespace,
            service_account=_NAME,
            grants=[_forward(group)],
            opts=self.child_options(),
        )
        # The name is plain text in the configuration, so that it is known at a first preview.
        files = fluent_bit_files(
            name=_NAME,
            namespace=settings.namespace,
            region=account.region,
            log_group=settings.log_group,
            parser=settings.parser,
        )
        config = ConfigMap(self.child("config"), metadata=self._metadata(CONFIG_MAP), data=files, opts=self._inside())
        self._daemon_set(settings.tag, files, [group, role, config, *self._rights(), self._policy()])
        self.register_outputs({"logGroupName": self.log_group_name})

    def _inside(self, *others: pulumi.Resource) -> pulumi.ResourceOptions:
        return self.in_cluster(depends_on=[self._namespace, *others])

    def _metadata(self, name: str = _NAME) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._namespace.namespace, labels=_LABELS)

    def _rights(self) -> list[pulumi.Resource]:
        account = ServiceAccount(self.child("account"), metadata=self._metadata(), opts=self._inside())
        role = ClusterRole(
            self.child("reader"),
            metadata=ObjectMetaArgs(name=_NAME, labels=_LABELS),
            rules=[PolicyRuleArgs(api_groups=[""], resources=["namespaces", "pods"], verbs=["get", "list", "watch"])],
            opts=self.in_cluster(),
        )
        binding = ClusterRoleBinding(
            self.child("reads"),
            metadata=ObjectMetaArgs(name=_NAME, labels=_LABELS),
            role_ref=RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=_NAME),
            subjects=[SubjectArgs(kind="ServiceAccount", name=_NAME, namespace=self._namespace.namespace)],
            # Role and account are named in plain text.
            opts=self.in_cluster(depends_on=[role, account]),
        )
        return [account, binding]

    def _policy(self) -> NetworkPolicy:
        return NetworkPolicy(
            self.child("network"),
            metadata=self._metadata(),
            spec=own_policy(
                _NAME,
                HTTP_PORT,
                clients=(),
                # CloudWatch Logs and the Kubernetes API.
                destinations={"apis": Destination(443, ["0.0.0.0/0"])},
                has_role=True,
            ),
            opts=self._inside(),
        )

    def _daemon_set(self, tag: str, files: Mapping[str, str], first: Sequence[pulumi.Resource]) -> None:
        checksum = hashlib.sha256("".join(files.values()).encode()).hexdigest()
        DaemonSet(
            self.child("agents"),
            metadata=self._metadata(),
            spec=DaemonSetSpecArgs(
                revision_history_limit=5,
                selector=LabelSelectorArgs(match_labels=_LABELS),
                update_strategy=DaemonSetUpdateStrategyArgs(
                    type="RollingUpdate", rolling_update=RollingUpdateDaemonSetArgs(max_unavailable="25%")
                ),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=_LABELS, annotations={"checksum/config": checksum}),
                    spec=log_agent(_NAME, tag),
                ),
            ),
            # Pods name these in plain text, and get their role only when they start.
            opts=self._inside(*first),
        )


def _forward(group: LogGroup) -> Grant:
    """https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch"""
    streams = group.arn.apply(lambda arn: f"{arn}:*")
    return Statement("Forward", ["logs:CreateLogStream", "logs:PutLogEvents"], [streams])
