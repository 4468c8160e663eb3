"""Log routing of pods on Fargate to CloudWatch Logs (the ``aws-logging`` ConfigMap)."""

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.account import Account
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.statements import Grant
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.namespace import Namespace

_NAMESPACE = "aws-observability"
_CONFIG_MAP = "aws-logging"

# Lines come in the form of the container runtime; the log router has no multiline parser and takes no [INPUT].
_FILTERS = """[FILTER]
    Name      parser
    Match     *
    Key_name  log
    Parser    cri
[FILTER]
    Name                 kubernetes
    Match                kube.*
    Merge_Log            On
    Keep_Log             Off
    Buffer_Size          0
    Kube_Meta_Cache_TTL  300s
"""
_OUTPUT = """[OUTPUT]
    Name               cloudwatch_logs
    Match              kube.*
    region             {region}
    log_group_name     {log_group}
    log_stream_prefix  fargate-
    auto_create_group  false
"""
_PARSERS = """[PARSER]
    Name         cri
    Format       regex
    Regex        ^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>P|F) (?<log>.*)$
    Time_Key     time
    Time_Format  %Y-%m-%dT%H:%M:%S.%L%z
"""


class FargateLogs(InCluster):
    """The log router of all pods on Fargate of a cluster, and the log group that it writes to: encrypted with ``key``,
    whose policy must let CloudWatch Logs in (``log_groups``), and kept as long as the environment says.

    The router is Fargate's own and writes as the role that starts a pod, which needs ``write``. It reads the
    configuration as a pod starts: pods that run keep the one they have.
    https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: KubernetesCluster,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        # The name is plain text in the configuration, so that it is known at a first preview.
        log_group = f"/aws/eks/{cluster.cluster_name}/fargate"
        self._group = LogGroup(
            self.child("logs"), account=account, key=key, log_group_name=log_group, opts=self.child_options()
        )
        namespace = Namespace(
            self.child("namespace"),
            namespace=_NAMESPACE,
            cluster=cluster,
            nodes=[],
            labels={_NAMESPACE: "enabled"},
            opts=self.child_options(),
        )
        ConfigMap(
            self.child("config"),
            metadata=ObjectMetaArgs(name=_CONFIG_MAP, namespace=_NAMESPACE),
            data={
                # The router's own log would go to a group that it makes itself, unencrypted and kept for ever.
                "flb_log_cw": "false",
                "filters.conf": _FILTERS,
                "output.conf": _OUTPUT.format(region=account.region, log_group=log_group),
                "parsers.conf": _PARSERS,
            },
            opts=self.in_cluster(depends_on=[namespace, self._group]),
        )
        self.register_outputs({"logGroupName": self._group.log_group_name})

    @property
    def write(self) -> Grant:
        """Lets the role that starts pods pass on what they log."""
        return self._group.write
