"""The story of Confluence on EKS, behind the scenes: alarms, backups, logs and rotations. One test a link."""

from tests.traces import Told

PROD = "confluence-prod"
ALARMS = Told(PROD, "notices-topic to inbox")
ALARMS_OF_THE_COPY = Told(f"{PROD}-dr", "notices-topic to inbox")
BACKUPS = Told(PROD, "backup-plan to vault")
ROTATION = Told(PROD, "rotation of confluence-clone-prod/jwt-secret to its readers")
PODS = Told(PROD, "logs to /aws/eks/confluence-clone/application")


def test_alarms_are_told_to_the_topic() -> None:
    ALARMS.shows("publisher", "alarms-balancer-errors", "alarms-blocked-requests", "alarms-cache-0001-001-cpu")


def test_alarms_may_be_published_and_encrypted() -> None:
    ALARMS.shows("rights", "notices-policy", "logs-key-key", "notices-topic")


def test_alarms_are_heard_by_somebody() -> None:
    ALARMS.shows("subscription", "notices-to-platform@confluence-clone.app")


def test_alarms_leaves_inbox_open() -> None:
    ALARMS.leaves_open("inbox", "whoever reads it has to confirm")


def test_alarms_of_the_copy_are_told_to_the_topic() -> None:
    ALARMS_OF_THE_COPY.shows(
        "publisher",
        "alarms-cache-0001-001-cpu",
        "alarms-cache-0001-001-evictions",
        "alarms-cache-0001-001-lag",
    )


def test_alarms_of_the_copy_may_be_published_and_encrypted() -> None:
    ALARMS_OF_THE_COPY.shows("rights", "notices-policy", "logs-key-key", "notices-topic")


def test_alarms_of_the_copy_are_heard_by_somebody() -> None:
    ALARMS_OF_THE_COPY.shows("subscription", "notices-to-platform@confluence-clone.app")


def test_alarms_of_the_copy_leaves_inbox_open() -> None:
    ALARMS_OF_THE_COPY.leaves_open("inbox", "whoever reads it has to confirm")


def test_backups_go_to_a_vault() -> None:
    BACKUPS.shows("vault", "backup-plan", "backup-vault")


def test_backups_are_encrypted_with_a_key_of_the_stack() -> None:
    BACKUPS.shows("key", "data-key-key")


def test_backups_have_a_selection() -> None:
    BACKUPS.shows("selection", "backup-selection")


def test_backups_are_made_as_a_role_that_trusts_the_service() -> None:
    BACKUPS.shows("role", "backup-role-role")


def test_backups_select_what_holds_data() -> None:
    BACKUPS.shows("selected", "backup-selection", "postgres-primary", "files-file-system")


def test_backups_may_be_made() -> None:
    BACKUPS.shows(
        "rights",
        "backup-role-AWSBackupServiceRolePolicyForBackup",
        "backup-role-AWSBackupServiceRolePolicyForRestores",
        "postgres-primary",
    )


def test_the_rotation_has_a_schedule() -> None:
    ROTATION.shows("schedule", "jwt-secret-schedule")


def test_the_rotation_has_somebody_who_does_it() -> None:
    ROTATION.shows("rotates", "jwt-secret-rotation-function")


def test_the_rotation_may_call_its_function() -> None:
    ROTATION.shows("call", "jwt-secret-rotation-function", "jwt-secret-rotation-invocation-secretsmanager")


def test_the_rotation_has_the_rights_for_its_steps() -> None:
    ROTATION.shows("rights", "jwt-secret-rotation-execution-policy", "jwt-secret-secret")


def test_the_rotation_is_heard_of_by_its_readers() -> None:
    ROTATION.shows("reader", "websocket-config", "bff-config")


def test_pods_have_a_writer() -> None:
    PODS.shows("writer", "logs-agents")


def test_pods_may_be_written() -> None:
    PODS.shows("rights", "logs-agents", "logs-pods-role", "logs-pods-policy")


def test_pods_come_to_an_end() -> None:
    PODS.shows("retention", "logs-logs-group")


def test_pods_are_encrypted() -> None:
    PODS.shows("key", "logs-key-key", "logs-logs-group")
