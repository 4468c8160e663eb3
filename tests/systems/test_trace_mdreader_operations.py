"""The story of MDReader, behind the scenes: alarms, backups, logs and rotations. One test a link."""

from tests.traces import Told

PROD = "mdreader-prod"
ALARMS = Told(PROD, "alert-topic to inbox")
BACKUPS = Told(PROD, "backup-plan to vault")
SESSIONS = Told(PROD, "logs to cluster-sessions-group-fde0344")
ROTATION = Told(PROD, "rotation of mdreader-prod/app to its readers")
MASTER_S_ROTATION = Told(PROD, "rotation of rds-master-secret to its readers")
ROTATION_BY_RDS = Told("mdreader-dev", "rotation of mdreader-dev to its readers")
"""RDS changes the password itself of an instance that nothing copies."""


def test_alarms_are_told_to_the_topic() -> None:
    ALARMS.shows(
        "publisher",
        "api-performance-alarms-authorizer-cold-start",
        "api-performance-alarms-authorizer-duration",
        "api-performance-alarms-authorizer-errors",
    )


def test_alarms_may_be_published_and_encrypted() -> None:
    ALARMS.shows("rights", "alert-policy", "logs-key-key", "alert-topic")


def test_alarms_are_heard_by_somebody() -> None:
    ALARMS.shows("subscription", "alert-to-platform@mdreader.app")


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
    BACKUPS.shows("selected", "backup-selection", "rds-primary", "uploads-bucket")


def test_backups_may_be_made() -> None:
    BACKUPS.shows(
        "rights",
        "backup-role-AWSBackupServiceRolePolicyForBackup",
        "backup-role-AWSBackupServiceRolePolicyForRestores",
        "backup-role-AWSBackupServiceRolePolicyForS3Backup",
    )


def test_sessions_have_a_writer() -> None:
    SESSIONS.shows("writer", "cluster-cluster")


def test_sessions_may_be_written() -> None:
    SESSIONS.shows("rights", "cluster-cluster")


def test_sessions_come_to_an_end() -> None:
    SESSIONS.shows("retention", "cluster-sessions-group")


def test_sessions_are_encrypted() -> None:
    SESSIONS.shows("key", "logs-key-key", "cluster-sessions-group")


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


def test_the_rotation_is_heard_of_by_its_readers() -> None:
    ROTATION.shows("reader", "app-secret-rotation-function", "lambda-backend-function")


def test_the_master_s_rotation_has_a_schedule() -> None:
    MASTER_S_ROTATION.shows("schedule", "rds-master-schedule")


def test_the_master_s_rotation_has_somebody_who_does_it() -> None:
    MASTER_S_ROTATION.shows("rotates", "rds-master-rotation-function")


def test_the_master_s_rotation_may_call_its_function() -> None:
    MASTER_S_ROTATION.shows("call", "rds-master-rotation-function", "rds-master-rotation-invocation-secretsmanager")


def test_the_master_s_rotation_has_the_rights_for_its_steps() -> None:
    MASTER_S_ROTATION.shows("rights", "rds-master-rotation-execution-policy", "rds-master-secret", "rds-primary")


def test_the_master_s_rotation_is_heard_of_by_its_readers() -> None:
    MASTER_S_ROTATION.shows("reader", "app-secret-rotation-function")


def test_the_rotation_by_rds_has_a_schedule() -> None:
    ROTATION_BY_RDS.shows("schedule", "rds-master-schedule")


def test_the_rotation_by_rds_has_somebody_who_does_it() -> None:
    ROTATION_BY_RDS.shows("rotates", "rds-master-schedule", "rds-primary")


def test_the_rotation_by_rds_is_heard_of_by_its_readers() -> None:
    ROTATION_BY_RDS.shows("reader", "app-secret-rotation-function")
