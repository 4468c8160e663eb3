"""The story of records, behind the scenes: alarms, backups, logs and rotations. One test a link."""

from tests.traces import Told

PROD = "prod"
ALARMS = Told(PROD, "notices-topic to inbox")
BACKUPS = Told(PROD, "backup-plan to vault")
SNAPSHOTS = Told(PROD, "snapshots-policy to snapshots")
FLOW_LOGS = Told(PROD, "logs to network-flow-logs-group-da52993")
ROTATION = Told(PROD, "rotation of cursor-key-secret to its readers")
MASTER_S_ROTATION = Told(PROD, "rotation of database-master-secret to its readers")


def test_alarms_are_told_to_the_topic() -> None:
    ALARMS.shows("publisher", "alarms-balancer-errors", "alarms-blocked-requests", "alarms-cache-0001-001-cpu")


def test_alarms_may_be_published_and_encrypted() -> None:
    ALARMS.shows("rights", "notices-policy", "logs-key-key", "notices-topic")


def test_alarms_are_heard_by_somebody() -> None:
    ALARMS.shows("subscription", "notices-to-platform@example.com")


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
    BACKUPS.shows("selected", "backup-selection", "database-primary")


def test_backups_may_be_made() -> None:
    BACKUPS.shows(
        "rights",
        "backup-role-AWSBackupServiceRolePolicyForBackup",
        "backup-role-AWSBackupServiceRolePolicyForRestores",
        "database-primary",
    )


def test_snapshots_are_made_as_a_role_that_trusts_the_service() -> None:
    SNAPSHOTS.shows("role", "snapshots-role-role")


def test_snapshots_may_be_made() -> None:
    SNAPSHOTS.shows("rights", "snapshots-role-AWSDataLifecycleManagerServiceRole")


def test_snapshots_select_what_holds_data() -> None:
    SNAPSHOTS.shows("selected", "volumes-class", "database-volumes-class")


def test_snapshots_are_at_work() -> None:
    SNAPSHOTS.shows("plan", "snapshots-policy")


def test_flow_logs_have_a_writer() -> None:
    FLOW_LOGS.shows("writer", "network-flow-log")


def test_flow_logs_may_be_written() -> None:
    FLOW_LOGS.shows("rights", "network-flow-log", "network-flow-delivery-role", "network-flow-delivery-policy")


def test_flow_logs_come_to_an_end() -> None:
    FLOW_LOGS.shows("retention", "network-flow-logs-group")


def test_flow_logs_are_encrypted() -> None:
    FLOW_LOGS.shows("key", "logs-key-key", "network-flow-logs-group")


def test_the_rotation_has_a_schedule() -> None:
    ROTATION.shows("schedule", "cursor-key-schedule")


def test_the_rotation_has_somebody_who_does_it() -> None:
    ROTATION.shows("rotates", "cursor-key-rotation-function")


def test_the_rotation_may_call_its_function() -> None:
    ROTATION.shows("call", "cursor-key-rotation-function", "cursor-key-rotation-invocation-secretsmanager")


def test_the_rotation_has_the_rights_for_its_steps() -> None:
    ROTATION.shows("rights", "cursor-key-rotation-execution-policy", "cursor-key-secret")


def test_the_rotation_is_heard_of_by_its_readers() -> None:
    ROTATION.shows("reader", "microservice-config")


def test_the_master_s_rotation_has_a_schedule() -> None:
    MASTER_S_ROTATION.shows("schedule", "database-master-schedule")


def test_the_master_s_rotation_has_somebody_who_does_it() -> None:
    MASTER_S_ROTATION.shows("rotates", "database-master-rotation-function")


def test_the_master_s_rotation_may_call_its_function() -> None:
    MASTER_S_ROTATION.shows(
        "call", "database-master-rotation-function", "database-master-rotation-invocation-secretsmanager"
    )


def test_the_master_s_rotation_has_the_rights_for_its_steps() -> None:
    MASTER_S_ROTATION.shows(
        "rights", "database-master-rotation-execution-policy", "database-master-secret", "database-primary"
    )


def test_the_master_s_rotation_is_heard_of_by_its_readers() -> None:
    MASTER_S_ROTATION.shows("reader", "master-login-secret", "migration-job")
