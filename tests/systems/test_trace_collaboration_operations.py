"""The story of the collaboration service, behind the scenes: alarms, backups, logs and rotations. One test a link."""

from tests.traces import Told

PROD = "collaboration-prod"
ALARMS = Told(PROD, "notices-topic to inbox")
BACKUPS = Told(PROD, "backup-plan to vault")
TASKS_LOGS = Told(PROD, "logs to /ecs/prod-collaboration-service")
ROTATION = Told(PROD, "rotation of prod-collaboration/redis to its readers")
TOKEN_KEY_S_ROTATION = Told(PROD, "rotation of prod-collaboration/jwt-secret to its readers")


def test_alarms_are_told_to_the_topic() -> None:
    ALARMS.shows("publisher", "alarms-balancer-errors", "alarms-blocked-requests", "alarms-cache-001-cpu")


def test_alarms_may_be_published_and_encrypted() -> None:
    ALARMS.shows("rights", "notices-policy", "logs-key-key", "notices-topic")


def test_alarms_are_heard_by_somebody() -> None:
    ALARMS.shows("subscription", "notices-to-platform@collaborate.example.com")


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
    BACKUPS.shows("selected", "backup-selection", "state-table")


def test_backups_may_be_made() -> None:
    BACKUPS.shows(
        "rights",
        "backup-role-AWSBackupServiceRolePolicyForBackup",
        "backup-role-AWSBackupServiceRolePolicyForRestores",
        "state-table",
    )


def test_tasks_logs_have_a_writer() -> None:
    TASKS_LOGS.shows("writer", "server-task-definition")


def test_tasks_logs_may_be_written() -> None:
    TASKS_LOGS.shows("rights", "server-task-definition", "server-task-execution-role", "server-task-execution-policy")


def test_tasks_logs_come_to_an_end() -> None:
    TASKS_LOGS.shows("retention", "server-task-logs-group")


def test_tasks_logs_are_encrypted() -> None:
    TASKS_LOGS.shows("key", "logs-key-key", "server-task-logs-group")


def test_the_rotation_has_a_schedule() -> None:
    ROTATION.shows("schedule", "redis-secret-schedule")


def test_the_rotation_has_somebody_who_does_it() -> None:
    ROTATION.shows("rotates", "redis-secret-rotation-function")


def test_the_rotation_may_call_its_function() -> None:
    ROTATION.shows("call", "redis-secret-rotation-function", "redis-secret-rotation-invocation-secretsmanager")


def test_the_rotation_has_the_rights_for_its_steps() -> None:
    ROTATION.shows("rights", "redis-secret-rotation-execution-policy", "redis-secret-secret", "redis-application-user")


def test_the_rotation_is_heard_of_by_its_readers() -> None:
    ROTATION.shows("reader", "server-restart-schedule", "websocket-function", "websocket-streams-function")


def test_the_token_key_s_rotation_has_a_schedule() -> None:
    TOKEN_KEY_S_ROTATION.shows("schedule", "jwt-secret-schedule")


def test_the_token_key_s_rotation_has_somebody_who_does_it() -> None:
    TOKEN_KEY_S_ROTATION.shows("rotates", "jwt-secret-rotation-function")


def test_the_token_key_s_rotation_may_call_its_function() -> None:
    TOKEN_KEY_S_ROTATION.shows("call", "jwt-secret-rotation-function", "jwt-secret-rotation-invocation-secretsmanager")


def test_the_token_key_s_rotation_has_the_rights_for_its_steps() -> None:
    TOKEN_KEY_S_ROTATION.shows("rights", "jwt-secret-rotation-execution-policy", "jwt-secret-secret")


def test_the_token_key_s_rotation_is_heard_of_by_its_readers() -> None:
    TOKEN_KEY_S_ROTATION.shows("reader", "server-restart-schedule", "websocket-authorizer-function")
