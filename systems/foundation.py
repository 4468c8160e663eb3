"""What all systems share: the stack's settings, account and keys as one value, notices and backups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import pulumi

from components.account import Account
from components.data.registry import Registry
from components.operations.backup import BackedUpBucket, Backup, BackupSettings
from components.operations.copies_watched import CopiesWatched
from components.operations.metric import EDGE_REGION
from components.operations.protected_resource import ProtectedResource
from components.operations.topic import ALARMS, PUBLISHERS, Notices, NoticesSettings
from components.security.github_role import GithubRole, GithubRoleSettings
from components.security.key import Key, log_groups, publishers
from components.security.operator_role import OperatorRole
from components.statements import Statement


@dataclass(frozen=True)
class Keys:
    """Customer-managed KMS keys, one for each purpose, so that access to one kind of data opens no other."""

    data: Key
    secrets: Key
    logs: Key
    edge_logs: Key
    """Beside the logs of CloudFront, its web ACL and Route 53, which only exist in us-east-1."""


S = TypeVar("S", covariant=True)


@dataclass(frozen=True)
class Stack(Generic[S]):
    """What all parts of a stack share; whatever else a part needs is given to it by name."""

    settings: S
    account: Account
    keys: Keys


def make_keys(
    system: str,
    account: Account,
    *,
    also_notices: Sequence[str] = (),
    data_users: Sequence[Statement] = (),
    data_logs: bool = True,
    edge: bool = True,
) -> Keys:
    """The keys of a system; ``also_notices`` are services that publish beside alarms, budgets and EventBridge.

    ``data_users`` are services that use what the data key encrypts, such as distributions that read a bucket;
    ``data_logs`` says that stores write logs, as databases and caches do, which lie under their data's key. Without
    ``edge`` the stack has nothing of its own in us-east-1, as a recovery stack.
    """
    logs = Key(
        "logs-key",
        account=account,
        purpose=f"Log groups, notices and interruption notices of the {system} system",
        usable_by=[log_groups(account), publishers(account, *PUBLISHERS, "events", *also_notices)],
    )
    return Keys(
        data=Key(
            "data-key",
            account=account,
            purpose=f"Databases, streams, buckets and images of the {system} system",
            usable_by=[*([log_groups(account)] if data_logs else []), *data_users],
        ),
        secrets=Key("secrets-key", account=account, purpose=f"Secrets of the {system} system and its cluster"),
        logs=logs,
        edge_logs=logs if account.region == EDGE_REGION or not edge else _edge_key(system, account),
    )


def make_notices(
    stack: Stack[object],
    *,
    settings: NoticesSettings,
    name: str = "notices",
    also: Sequence[str] = (),
    edge: bool = True,
) -> tuple[Notices, Notices | None]:
    """Where alarms go; a second topic for those of the ``edge``, when the stack is not beside them.

    ``also`` are services that publish to the first, beside alarms and budgets; ``make_keys`` has to know them too.
    """
    notices = Notices(name, settings, account=stack.account, key=stack.keys.logs, publishers=(*PUBLISHERS, *also))
    if stack.account.region == EDGE_REGION or not edge:
        return notices, None
    at_the_edge = Notices(
        f"edge-{name}",
        settings,
        account=stack.account,
        key=stack.keys.edge_logs,
        publishers=[ALARMS],
        region=EDGE_REGION,
    )
    return notices, at_the_edge


def make_backup(
    stack: Stack[object],
    *,
    settings: BackupSettings,
    notices: NoticesSettings,
    operators: OperatorRole,
    resources: Sequence[ProtectedResource],
    buckets: Sequence[BackedUpBucket] = (),
) -> Backup:
    """The daily backup of a system; operators read what changed it, and why copies of it failed, where it has any.

    ``notices`` say who hears of the copies in a second region, whose alarms stand there.
    """
    backup = Backup(
        "backup",
        settings,
        account=stack.account,
        key=stack.keys.data,
        notice_key=stack.keys.logs,
        resources=resources,
        buckets=buckets,
    )
    operators.grant("vaults", backup.changes.operate)
    if backup.copy_failures is not None and backup.copies_made is not None:
        operators.grant("copies", backup.copy_failures.operate)
        operators.grant("copied", backup.copies_made.operate)
    region = settings.copies_to(stack.account, "backup")
    if backup.copies is not None and region is not None:
        watched = CopiesWatched("backup-copies", notices, account=stack.account, region=region, vault=backup.copies)
        operators.grant("copied-vaults", watched.operate)
    return backup


def make_github_roles(
    settings: GithubRoleSettings | None, account: Account, registry: Registry
) -> dict[str, pulumi.Output[str]]:
    """The roles of GitHub's workflows, if a stack has any; its outputs name the one that pushes into ``registry``."""
    if settings is None:
        return {}
    return GithubRole("github", settings, account=account, pushes=[registry.login, registry.push]).outputs


def _edge_key(system: str, account: Account) -> Key:
    return Key(
        "edge-logs-key",
        account=account,
        purpose=f"Logs and notices of the {system} system's edge",
        usable_by=[log_groups(account, EDGE_REGION), publishers(account, ALARMS)],
        region=EDGE_REGION,
    )
