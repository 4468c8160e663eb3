"""A Deployment with its Service, autoscaler, disruption budget and network policy."""

import hashlib
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PodTemplateSpecArgs,
    Service,
    ServiceAccount,
    ServicePortArgs,
    ServiceSpecArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components.drift import ALWAYS, SCALED_PODS, ignored
from components.security.pod_role import PodRole
from components.workloads.autoscaling import Autoscaling, autoscaler
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.load_balancer_controller import LoadBalancerController
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination, answer, ask, own_policy, pods
from components.workloads.pod import image_reference, pod_spec
from components.workloads.trace_collector import TraceCollector
from components.workloads.workload_settings import WorkloadSettings

SURGE_PERCENT = 25
"""How many more pods there are while those of another release start."""

_CHECKSUM = "checksum/config"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"


class Workload(InCluster):
    """A Deployment and all that belongs to it, named after the workload, in a ``Namespace``.

    The image is ``repository`` and the settings' tag; the repository is made by this program and empty at first, so
    the image must be pushed before the pods of a new stack can start. The pods run as ``pod_role``'s service account
    and hold no token for the Kubernetes API. ``config`` becomes environment variables, and pods restart when it
    changes; with ``protocol: HTTPS`` they are told so by PORT and PROTOCOL, and the target group has to speak it too.

    Nobody reaches the pods but ``clients`` (CIDRs, such as those of the load balancer's subnets) and the workloads of
    ``allow``; the pods reach nothing but DNS, the ``destinations`` and what they were allowed to. Security groups are a
    second gate: the nodes' group must let the load balancer in on the port, and the pods out to the data services.
    With ``target_group_arn`` the pods are registered behind a load balancer, which takes the controller; the binding is
    there before them, since the controller gives its readiness gate only to pods that begin after it. On a NodePort
    any node takes a connection and hands it on under its own address, so that ``clients`` are the nodes' subnets.
    Autoscaling takes the metrics-server add-on. The pods start when all of ``after`` is there: what they find by name
    only, such as secrets, and what must have run, such as migrations. What they trace they are told to send to the
    collectors of ``traces``, which let them in.

    Raises ValueError when the role belongs to another namespace, when a variable is given both as configuration and as
    a secret, and when there is a target group without a controller, or with targets of type ip in a namespace without
    readiness gates.
    """

    def __init__(
        self,
        name: str,
        settings: WorkloadSettings,
        *,
        cluster: KubernetesCluster,
        namespace: Namespace,
        repository: pulumi.Input[str],
        pod_role: PodRole | None = None,
        config: Mapping[str, pulumi.Input[str]] | None = None,
        clients: Sequence[pulumi.Input[str]] = (),
        destinations: Mapping[str, Destination] | None = None,
        target_group_arn: pulumi.Input[str] | None = None,
        load_balancer_controller: LoadBalancerController | None = None,
        after: Sequence[pulumi.Resource] = (),
        traces: TraceCollector | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self.namespace = namespace.namespace
        self.port = settings.port
        self._settings = settings
        self._namespace = namespace
        config = _told(settings) | (traces.variables(name) if traces else {}) | dict(config or {})
        self._check(pod_role, config)
        self._service_account = pod_role.service_account if pod_role else name
        policy = NetworkPolicy(
            self.child("network"),
            metadata=self._metadata(),
            spec=own_policy(
                name, self.port, clients=clients, destinations=destinations or {}, has_role=pod_role is not None
            ),
            opts=self._inside(),
        )
        first: list[pulumi.Resource] = [self._account(), policy, *after]
        if config:
            first.append(self._config_map(config))
        if pod_role:
            first.append(pod_role)
        if traces:
            first.append(traces.admit(name, namespace))
        service = self._service()
        if target_group_arn is not None:
            first.append(self._bind(target_group_arn, service, load_balancer_controller))
        deployment = self._deployment(image_reference(repository, settings.tag), config, first)
        PodDisruptionBudget(
            self.child("disruption"),
            metadata=self._metadata(),
            spec=PodDisruptionBudgetSpecArgs(
                max_unavailable=1, selector=self._selector(), unhealthy_pod_eviction_policy="AlwaysAllow"
            ),
            opts=self._inside(),
        )
        if settings.autoscaling:
            self._autoscaler(settings.autoscaling, deployment)
        self.host = f"{name}.{self.namespace}.svc.cluster.local"
        self.register_outputs({"host": self.host, "port": self.port})

    def allow(self, client: "Workload") -> None:
        """Opens the port to the pods of another workload: ingress here and egress there."""
        NetworkPolicy(
            self.child("from", client.name),
            metadata=ObjectMetaArgs(name=f"{self.name}-from-{client.name}", namespace=self.namespace),
            spec=answer(self.name, self.port, pods(client.name, client.namespace)),
            opts=self._inside(),
        )
        NetworkPolicy(
            self.child("to", client.name),
            metadata=ObjectMetaArgs(name=f"{client.name}-to-{self.name}", namespace=client.namespace),
            spec=ask(client.name, self.port, pods(self.name, self.namespace)),
            opts=self._inside(client._namespace),
        )

    def _check(self, pod_role: PodRole | None, config: Mapping[str, pulumi.Input[str]]) -> None:
        if pod_role and pod_role.namespace != self.namespace:
            raise ValueError(f"{self.name}: its role is for pods of {pod_role.namespace}, not of {self.namespace}")
        twice = sorted(set(config) & set(self._settings.secrets))
        if twice:
            raise ValueError(f"{self.name}: both in the configuration and a secret: {', '.join(twice)}")

    def _inside(self, *others: pulumi.Resource) -> pulumi.ResourceOptions:
        # Objects name their namespace in plain text, so that it is known at a first preview.
        return self.in_cluster(depends_on=[self._namespace, *others])

    def _metadata(self, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=self.name, namespace=self.namespace, labels=self._labels, annotations=annotations)

    @property
    def _labels(self) -> dict[str, str]:
        return {"app": self.name}

    def _selector(self) -> LabelSelectorArgs:
        return LabelSelectorArgs(match_labels=self._labels)

    @property
    def _config_name(self) -> str:
        return self._settings.config_map or f"{self.name}-config"

    def _account(self) -> ServiceAccount:
        return ServiceAccount(
            self.child("account"),
            metadata=ObjectMetaArgs(name=self._service_account, namespace=self.namespace, labels=self._labels),
            automount_service_account_token=False,
            opts=self._inside(),
        )

    def _config_map(self, config: Mapping[str, pulumi.Input[str]]) -> ConfigMap:
        return ConfigMap(
            self.child("config"),
            metadata=ObjectMetaArgs(name=self._config_name, namespace=self.namespace, labels=self._labels),
            data=config,
            opts=self._inside(),
        )

    def _deployment(
        self, image: pulumi.Input[str], config: Mapping[str, pulumi.Input[str]], first: Sequence[pulumi.Resource]
    ) -> Deployment:
        return Deployment(
            self.child("deployment"),
            metadata=self._metadata(),
            spec=DeploymentSpecArgs(
                replicas=self._settings.replicas,
                revision_history_limit=5,
                selector=self._selector(),
                strategy=DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=RollingUpdateDeploymentArgs(max_surge=f"{SURGE_PERCENT}%", max_unavailable=0),
                ),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels=self._labels, annotations={_CHECKSUM: _checksum(config)} if config else None
                    ),
                    spec=pod_spec(
                        self.name,
                        self._settings,
                        image=image,
                        service_account=self._service_account,
                        config_map=self._config_name if config else None,
                    ),
                ),
            ),
            opts=self.in_cluster(
                # Pods name these in plain text, and get their role only when they start.
                depends_on=[self._namespace, *first],
                ignore_changes=ignored(
                    "kubernetes:apps/v1:Deployment", SCALED_PODS if self._settings.autoscaling else ALWAYS
                ),
            ),
        )

    def _service(self) -> Service:
        return Service(
            self.child("service"),
            # The provider would wait for pods that answer, which come after it; the Deployment waits for them.
            metadata=self._metadata(annotations={"pulumi.com/skipAwait": "true"}),
            spec=ServiceSpecArgs(
                type=self._settings.service_type,
                selector=self._labels,
                ports=[ServicePortArgs(name="http", port=self.port, target_port="http")],
                session_affinity="ClientIP" if self._settings.sticky else "None",
            ),
            opts=self._inside(),
        )

    def _autoscaler(self, bounds: Autoscaling, deployment: Deployment) -> None:
        HorizontalPodAutoscaler(
            self.child("autoscaler"),
            metadata=self._metadata(),
            spec=autoscaler(self.name, bounds),
            # It names the Deployment in plain text.
            opts=self._inside(deployment),
        )

    def _bind(
        self,
        target_group_arn: pulumi.Input[str],
        service: Service,
        controller: LoadBalancerController | None,
    ) -> CustomResource:
        """Without ``networking`` in the binding: the program itself opens the nodes' group to the load balancer."""
        if controller is None:
            raise ValueError(f"{self.name}: a target group needs the load balancer controller")
        if self._settings.service_type == "ClusterIP" and not self._namespace.readiness_gates:
            raise ValueError(f"{self.name}: targets of type ip need a namespace with readiness gates")
        return CustomResource(
            self.child("targets"),
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata=self._metadata(),
            spec={
                "serviceRef": {"name": self.name, "port": self.port},
                "targetGroupARN": target_group_arn,
                "targetType": "instance" if self._settings.service_type == "NodePort" else "ip",
            },
            opts=self.in_cluster(
                # The controller brings the kind and, when the binding goes, must still be there to deregister targets.
                depends_on=[self._namespace, service, controller],
                # Its webhook lets neither be changed, and only one binding may have the name:
                # https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/webhooks/elbv2/targetgroupbinding_validator.go
                replace_on_changes=["spec.targetGroupARN", "spec.targetType"],
                delete_before_replace=True,
            ),
        )


def _told(settings: WorkloadSettings) -> dict[str, pulumi.Input[str]]:
    """What a server has to know of how it is spoken to, where that is not the usual."""
    return {"PORT": str(settings.port), "PROTOCOL": "HTTPS"} if settings.protocol == "HTTPS" else {}


def _checksum(config: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    ordered = {key: config[key] for key in sorted(config)}
    return pulumi.Output.json_dumps(ordered).apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
