"""The story of the consulting platform, behind the scenes: alarms, backups, logs and rotations. One test a link."""

from tests.traces import Told

PROD = "consulting-prod"
ALARMS = Told(PROD, "notices-topic to inbox")
BACKUPS = Told(PROD, "backup-plan to vault")
PODS = Told(PROD, "logs to /aws/eks/cloud-consulting/cluster")
ROTATION = Told(PROD, "rotation of cloud-consulting/app to its readers")


def test_alarms_are_told_to_the_topic() -> None:
    ALARMS.shows("publisher", "alarms-balancer-errors", "alarms-blocked-requests", "alarms-cache-001-cpu")


def test_alarms_may_be_published_and_encrypted() -> None:
    ALARMS.shows("rights", "notices-policy", "logs-key-key", "notices-topic")


def test_alarms_are_heard_by_somebody() -> None:
    ALARMS.shows("subscription", "notices-to-platform@cloudpartner.pro")


def test_alarms_leaves_inbox_open() -> None:
    ALARMS.leaves_open("inbox", "whoever reads it has to confirm")


def test_backups_go_to_a_vault() -> None:
    BACKUPS.shows("vault", "backup-plan", "backup-vault")


def test_backups_are_encrypted_with_a_key_of_the_stack() -> None:
    BACKUPS.shows("key", "data-key-key")


def test_backups_have_a_selection() -> None:
    BACKUPS.shows("selection", "backup-selection")


def test_backups_are_made_as_a_role_that_trusts_the_service() -> None:
    BACKUPS.shows("role", "backup-role-role")


def test_backups_select_what_holds_data() -> None:
    BACKUPS.shows("selected", "backup-selection", "rds-primary")


def test_backups_may_be_made() -> None:
    BACKUPS.shows(
        "rights",
        "backup-role-AWSBackupServiceRolePolicyForBackup",
        "backup-role-AWSBackupServiceRolePolicyForRestores",
        "rds-primary",
    )


def test_pods_have_a_writer() -> None:
    PODS.shows("writer", "logs-agents")


def test_pods_may_be_written() -> None:
    PODS.shows("rights", "logs-agents", "logs-pods-role", "logs-pods-policy")


def test_pods_come_to_an_end() -> None:
    PODS.shows("retention", "logs-logs-group")


def test_pods_are_encrypted() -> None:
    PODS.shows("key", "logs-key-key", "logs-logs-group")


def test_the_rotation_has_a_schedule() -> None:
    ROTATION.shows("schedule", "app-secret-schedule")


def test_the_rotation_has_somebody_who_does_it() -> None:
    ROTATION.shows("rotates", "app-secret-rotation-function")


def test_the_rotation_may_call_its_function() -> None:
    ROTATION.shows(
        "call",
        "app-secret-rotation-function",
        "app-secret-rotation-invocation-secretsmanager",
        "app-secret-rotation-invocation-watch",
    )


def test_the_rotation_has_the_rights_for_its_steps() -> None:
    ROTATION.shows("rights", "app-secret-rotation-execution-policy", "app-secret-secret", "redis-application-user")


def test_the_rotation_leaves_reader_open() -> None:
    ROTATION.leaves_open("reader", "Kubernetes has it within 5m; whether its containers restart is not modelled")
