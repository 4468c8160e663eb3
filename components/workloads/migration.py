"""Schema migrations by a Kubernetes Job that completes before workloads start."""

import hashlib
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.batch.v1 import Job, JobSpecArgs
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    EnvVarArgs,
    EnvVarSourceArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ResourceRequirementsArgs,
    SecretKeySelectorArgs,
    ServiceAccount,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pydantic import Field

from components.data.migration_files import MigrationFiles, read_files
from components.versions import PSQL
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.migration_script import migration_script
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination, own_policy
from components.workloads.pod import ImageTag, SecretKey
from components.workloads.quantity import Amount, Resources
from components.workloads.restricted import container_security, pod_security

_POSTGRES_USER = 70  # in the Alpine images: https://github.com/docker-library/postgres/pull/1385
_FOLDER = "/migrations"
_SCRIPT = "run.sql"
_KEEP_SECONDS = 7 * 24 * 3600
_RESOURCES = Resources(requests=Amount(cpu="50m", memory="64Mi"), limits=Amount(cpu="250m", memory="128Mi"))


class MigrationSettings(MigrationFiles):
    """Which files are applied in which order, and how long that may take."""

    tag: ImageTag = PSQL.value
    """Which Alpine image of https://gallery.ecr.aws/docker/library/postgres brings psql."""
    retries: int = Field(default=4, ge=0, le=10)
    """How often the job is tried again before it has failed."""
    timeout_seconds: int = Field(default=900, ge=60, le=7200)
    """For all tries together."""


class Migration(InCluster):
    """A Job that applies SQL files with psql: each once, in order, in one transaction, so that a retry finds either all
    of them or none. What was applied is kept in the table schema_migration of the database itself.

    The Job cannot be changed once it is made, so it is named after what it runs: other files make another Job, which
    runs before the old one goes. The component counts as made once the Job has succeeded; let workloads come ``after``
    it. A failed Job is replaced at the next update. A week after its end Kubernetes removes the Job; should a refresh
    then recreate it, it finds nothing to do.

    The pod holds no token and reaches nothing but DNS and ``database``, whose URL ``connection`` has; the connection is
    TLS even where the URL does not ask for it. ``after`` is what the pod needs to start and to connect: the secret and
    the database's rules. Raises ValueError for files that are missing, too large together, or not fit to be run so.
    """

    def __init__(
        self,
        name: str,
        settings: MigrationSettings,
        *,
        cluster: KubernetesCluster,
        namespace: Namespace,
        database: Destination,
        connection: SecretKey,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self._settings = settings
        self._connection = connection
        self._namespace = namespace
        data = _config(settings)
        self.version = _version(data, settings.tag)
        first = [
            self._account(),
            NetworkPolicy(
                self.child("network"),
                metadata=self._metadata(name),
                spec=own_policy(name, database.port, clients=(), destinations={"database": database}, has_role=False),
                opts=self._inside(),
            ),
            ConfigMap(
                self.child("files"),
                metadata=self._metadata(f"{name}-{self.version}"),
                data=data,
                immutable=True,
                opts=self._inside(),
            ),
        ]
        self._job([*first, *after])
        self.register_outputs({"version": self.version})

    def _inside(self) -> pulumi.ResourceOptions:
        return self.in_cluster(depends_on=[self._namespace])

    def _metadata(self, name: str, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(
            name=name, namespace=self._namespace.namespace, labels={"app": self.name}, annotations=annotations
        )

    def _account(self) -> ServiceAccount:
        return ServiceAccount(
            self.child("account"),
            metadata=self._metadata(self.name),
            automount_service_account_token=False,
            opts=self._inside(),
        )

    def _job(self, first: Sequence[pulumi.Resource]) -> None:
        Job(
            self.child("job"),
            metadata=self._metadata(f"{self.name}-{self.version}", {"pulumi.com/replaceUnready": "true"}),
            spec=JobSpecArgs(
                backoff_limit=self._settings.retries,
                active_deadline_seconds=self._settings.timeout_seconds,
                ttl_seconds_after_finished=_KEEP_SECONDS,
                template=PodTemplateSpecArgs(metadata=ObjectMetaArgs(labels={"app": self.name}), spec=self._pod()),
            ),
            opts=self.in_cluster(
                # The pod names account, files and secret in plain text.
                depends_on=[self._namespace, *first],
                custom_timeouts=pulumi.CustomTimeouts(create=f"{self._settings.timeout_seconds + 60}s"),
            ),
        )

    def _pod(self) -> PodSpecArgs:
        return PodSpecArgs(
            service_account_name=self.name,
            automount_service_account_token=False,
            enable_service_links=False,
            restart_policy="Never",  # so that the log of every try can be read
            security_context=pod_security(_POSTGRES_USER),
            containers=[self._container()],
            volumes=[
                VolumeArgs(name="files", config_map=ConfigMapVolumeSourceArgs(name=f"{self.name}-{self.version}"))
            ],
        )

    def _container(self) -> ContainerArgs:
        key = self._connection
        url = EnvVarSourceArgs(secret_key_ref=SecretKeySelectorArgs(name=key.secret, key=key.key))
        return ContainerArgs(
            name=self.name,
            image=PSQL.at(self._settings.tag),
            command=["psql", "--no-psqlrc", "--quiet", f"--file={_FOLDER}/{_SCRIPT}", "--dbname=$(DATABASE_URL)"],
            env=[EnvVarArgs(name="DATABASE_URL", value_from=url), EnvVarArgs(name="PGSSLMODE", value="require")],
            resources=ResourceRequirementsArgs(
                requests=_RESOURCES.requests.as_dict(), limits=_RESOURCES.limits.as_dict()
            ),
            security_context=container_security(),
            volume_mounts=[VolumeMountArgs(name="files", mount_path=_FOLDER, read_only=True)],
        )


def _config(settings: MigrationSettings) -> dict[str, str]:
    """The files and the script that runs them, by name."""
    texts = read_files(settings)
    return {**texts, _SCRIPT: migration_script(texts)}


def _version(data: Mapping[str, str], tag: str) -> str:
    return hashlib.sha256("\0".join((tag, *data, *data.values())).encode()).hexdigest()[:10]
