"""An EFS file system that is mounted by access points only."""

from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.protected_resource import ProtectedResource
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, sid, tls_only
from settings import Name, Settings
from settings.services.data import AccessPointPath, Permissions

PORT = 2049
_CLIENT = [f"elasticfilesystem:Client{what}" for what in ("Mount", "RootAccess", "Write")]


class AccessPointSettings(Settings):
    """A directory, and the one user and group that all its clients work as.

    EFS makes the directory at the first mount; at most four levels deep:
    https://docs.aws.amazon.com/efs/latest/APIReference/API_RootDirectory.html
    """

    path: AccessPointPath
    """The directory in the file system, at most four levels deep."""
    user_id: int = Field(default=65532, ge=1, le=4_294_967_295)
    """The POSIX user and group that all clients work as."""
    permissions: Permissions = "0750"
    """The directory's permissions, in octal digits."""


class FileSystemSettings(Settings):
    """How a file system performs and ages, and what of it can be mounted.

    Bursting throughput grows with what is stored: 50 KiB/s a GiB, in bursts 100 MiB/s and more; files in Infrequent
    Access do not count. https://docs.aws.amazon.com/efs/latest/ug/performance.html
    """

    throughput_mode: Literal["bursting", "elastic"] = "bursting"
    """``bursting`` grows with what is stored; ``elastic`` is billed by what is read and written."""
    infrequent_access_days: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None = 30
    """Files that nobody has opened for so long move to Infrequent Access, and come back when somebody does."""
    access_points: dict[Name, AccessPointSettings] = Field(
        default_factory=lambda: {"shared": AccessPointSettings(path="/shared")}, min_length=1
    )


class FileSystem(Component):
    """A file system with a mount target in each private subnet, encrypted with ``key`` and backed up every day.

    Its policy lets nobody in by itself: a client comes over TLS, through an access point, and as a role that was
    granted ``mount``. The daily backups are AWS Backup's for EFS, kept for 35 days:
    https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
    EFS has no protection from deletion; what was deleted comes back from the backups.
    """

    def __init__(
        self,
        name: str,
        settings: FileSystemSettings,
        *,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=f"File system {name}", opts=self.child_options()
        )
        system = aws.efs.FileSystem(
            self.child("file-system"),
            performance_mode="generalPurpose",
            throughput_mode=settings.throughput_mode,
            encrypted=True,
            kms_key_id=key.arn,
            lifecycle_policies=_lifecycle(settings.infrequent_access_days),
            tags={"Name": name},
            opts=self.child_options(),
        )
        self.arn = system.arn
        self.backed_up = ProtectedResource(name, "EFS", system.arn, {"kmsKeyId": key.arn})
        self.file_system_id = system.id
        self._guard()
        for zone, subnet_id in network.private_subnet_ids.items():
            aws.efs.MountTarget(
                self.child("target", zone),
                file_system_id=self.file_system_id,
                subnet_id=subnet_id,
                security_groups=[self._security_group.security_group_id],
                # A file system has one in each zone at the most.
                opts=self.child_options(delete_before_replace=True),
            )
        self._points = {point: self._access_point(point, s) for point, s in settings.access_points.items()}
        self.access_point_ids = {point: made.id for point, made in self._points.items()}
        self.register_outputs({"fileSystemId": self.file_system_id, "accessPointIds": self.access_point_ids})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to the mount targets."""
        self._security_group.allow(client, PORT, f"File system {self.name}")

    def mount(self, access_point: str) -> Grant:
        """Lets a role mount one access point and write there. Raises KeyError for one that does not exist."""
        return Statement(
            sid("Mount", f"{self.name}-{access_point}"),
            ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            [self.arn],
            {
                "StringEquals": {"elasticfilesystem:AccessPointArn": self._points[access_point].arn},
                "Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"},
            },
        )

    def _guard(self) -> None:
        """https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html"""
        around = Statement(
            "DenyAroundAccessPoints",
            _CLIENT,
            [self.arn],
            {"Null": {"elasticfilesystem:AccessPointArn": "true"}},
            effect="Deny",
            principals="*",
        )
        aws.efs.FileSystemPolicy(
            self.child("policy"),
            file_system_id=self.file_system_id,
            policy=policy_document([tls_only([self.arn], _CLIENT), around]),
            opts=self.child_options(),
        )
        aws.efs.BackupPolicy(
            self.child("backup"),
            file_system_id=self.file_system_id,
            backup_policy={"status": "ENABLED"},
            opts=self.child_options(),
        )

    def _access_point(self, point: str, settings: AccessPointSettings) -> aws.efs.AccessPoint:
        user = settings.user_id
        return aws.efs.AccessPoint(
            self.child("point", point),
            file_system_id=self.file_system_id,
            posix_user={"uid": user, "gid": user},
            root_directory={
                "path": settings.path,
                "creation_info": {"owner_uid": user, "owner_gid": user, "permissions": settings.permissions},
            },
            tags={"Name": self.child(point)},
            opts=self.child_options(),
        )


def _lifecycle(days: int | None) -> list[aws.efs.FileSystemLifecyclePolicyArgs] | None:
    """One transition an entry, as the API has it."""
    if days is None:
        return None
    after = f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"
    return [
        aws.efs.FileSystemLifecyclePolicyArgs(transition_to_ia=after),
        aws.efs.FileSystemLifecyclePolicyArgs(transition_to_primary_storage_class="AFTER_1_ACCESS"),
    ]
