"""A CronJob that runs a command daily."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob, CronJobSpecArgs, JobSpecArgs, JobTemplateSpecArgs
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapEnvSourceArgs,
    ContainerArgs,
    EmptyDirVolumeSourceArgs,
    EnvFromSourceArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ResourceRequirementsArgs,
    ServiceAccount,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pydantic import Field

from components.security.pod_role import PodRole
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination, own_policy
from components.workloads.quantity import Resources
from components.workloads.restricted import container_security, pod_security
from settings import Settings
from settings.services.kubernetes import UserId

_SCRATCH, _SCRATCH_SIZE = "/tmp", "1Gi"  # noqa: S108 -- a directory of the container, not of this machine
_LATEST_START_SECONDS = 4 * 3600
_KEPT = 3
_NO_PORT = 0


class ScheduledJobSettings(Settings):
    """When it runs each day, in UTC, and how long it may take."""

    hour: int = Field(default=1, ge=0, le=23)
    """The hour (UTC) in which it starts."""
    retries: int = Field(default=3, ge=0, le=10)
    """Of a run that fails, in pods of their own, further apart each time."""
    timeout_seconds: int = Field(default=72_000, ge=600, le=86_000)
    """For all tries together; the run of the next day does not wait for longer."""
    resources: Resources = Resources()
    user_id: UserId = 65532
    """The user that its containers run as."""


class ScheduledJob(InCluster):
    """A CronJob and all that belongs to it, named after the component, in a ``Namespace``.

    One run at a time: one that still goes has the next left out. A run that could not start on time may do so for four
    hours. The last three that went well and the last three that did not are kept, with their logs. The pods run
    ``command`` of ``image`` as ``pod_role``'s service account, hold no token for the Kubernetes API, write to /tmp
    alone, are reached by nobody and reach nothing but DNS, the ``destinations`` and their credentials. ``config``
    becomes environment variables. The first run is by the clock: none at the deployment. ``after`` is what a run finds.

    Raises ValueError when the role belongs to another namespace.
    """

    def __init__(
        self,
        name: str,
        settings: ScheduledJobSettings,
        *,
        cluster: KubernetesCluster,
        namespace: Namespace,
        image: pulumi.Input[str],
        command: Sequence[str],
        pod_role: PodRole,
        config: Mapping[str, pulumi.Input[str]],
        destinations: Mapping[str, Destination],
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        if pod_role.namespace != namespace.namespace:
            raise ValueError(f"{name}: its role is for pods of {pod_role.namespace}, not of {namespace.namespace}")
        self._settings = settings
        self._namespace = namespace
        self._account_name = pod_role.service_account
        inside = self.in_cluster(depends_on=[namespace])
        first = [
            ServiceAccount(
                self.child("account"),
                metadata=self._metadata(self._account_name),
                automount_service_account_token=False,
                opts=inside,
            ),
            NetworkPolicy(
                self.child("network"),
                metadata=self._metadata(name),
                spec=own_policy(name, _NO_PORT, clients=(), destinations=destinations, has_role=True),
                opts=inside,
            ),
            ConfigMap(self.child("config"), metadata=self._metadata(self._config_name), data=config, opts=inside),
        ]
        CronJob(
            self.child("cron-job"),
            metadata=self._metadata(name),
            spec=self._spec(image, command),
            # Pods name these in plain text, and get their role only when they start.
            opts=self.in_cluster(depends_on=[namespace, *first, pod_role, *after]),
        )
        self.register_outputs({})

    @property
    def _config_name(self) -> str:
        return f"{self.name}-config"

    def _metadata(self, name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._namespace.namespace, labels={"app": self.name})

    def _spec(self, image: pulumi.Input[str], command: Sequence[str]) -> CronJobSpecArgs:
        settings = self._settings
        return CronJobSpecArgs(
            schedule=f"17 {settings.hour} * * *",
            time_zone="Etc/UTC",
            concurrency_policy="Forbid",
            starting_deadline_seconds=_LATEST_START_SECONDS,
            successful_jobs_history_limit=_KEPT,
            failed_jobs_history_limit=_KEPT,
            job_template=JobTemplateSpecArgs(
                spec=JobSpecArgs(
                    backoff_limit=settings.retries,
                    active_deadline_seconds=settings.timeout_seconds,
                    template=PodTemplateSpecArgs(
                        metadata=ObjectMetaArgs(labels={"app": self.name}), spec=self._pod(image, command)
                    ),
                )
            ),
        )

    def _pod(self, image: pulumi.Input[str], command: Sequence[str]) -> PodSpecArgs:
        resources = self._settings.resources
        return PodSpecArgs(
            service_account_name=self._account_name,
            automount_service_account_token=False,
            enable_service_links=False,
            restart_policy="Never",  # so that the log of every try can be read
            security_context=pod_security(self._settings.user_id),
            containers=[
                ContainerArgs(
                    name=self.name,
                    image=image,
                    command=list(command),
                    env_from=[EnvFromSourceArgs(config_map_ref=ConfigMapEnvSourceArgs(name=self._config_name))],
                    resources=ResourceRequirementsArgs(
                        requests=resources.requests.as_dict(), limits=resources.limits.as_dict()
                    ),
                    security_context=container_security(),
                    volume_mounts=[VolumeMountArgs(name="scratch", mount_path=_SCRATCH)],
                )
            ],
            volumes=[VolumeArgs(name="scratch", empty_dir=EmptyDirVolumeSourceArgs(size_limit=_SCRATCH_SIZE))],
        )
