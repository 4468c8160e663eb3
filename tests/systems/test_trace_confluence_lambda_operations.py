"""The story of Confluence on Lambda, behind the scenes: alarms, backups, logs and rotations. One test a link."""

from tests.traces import Told

PROD = "confluence-lambda"
ALARMS = Told(PROD, "notices-topic to inbox")
BACKUPS = Told(PROD, "backup-plan to vault")
PAGES = Told(PROD, "logs to /aws/lambda/confluence-clone-document")
ROTATION = Told(PROD, "rotation of confluence-clone-lambda/jwt-secret to its readers")


def test_alarms_are_told_to_the_topic() -> None:
    ALARMS.shows("publisher", "alarms-api-blocked-requests", "alarms-auth-cold-start", "alarms-auth-concurrency")


def test_alarms_may_be_published_and_encrypted() -> None:
    ALARMS.shows("rights", "notices-policy", "logs-key-key", "notices-topic")


def test_alarms_are_heard_by_somebody() -> None:
    ALARMS.shows("subscription", "notices-to-platform@confluence-clone.app")


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
    BACKUPS.shows("selected", "backup-selection", "postgres-primary", "sessions-table")


def test_backups_may_be_made() -> None:
    BACKUPS.shows(
        "rights",
        "backup-role-AWSBackupServiceRolePolicyForBackup",
        "backup-role-AWSBackupServiceRolePolicyForRestores",
        "postgres-primary",
    )


def test_pages_have_a_writer() -> None:
    PAGES.shows("writer", "pages-function")


def test_pages_may_be_written() -> None:
    PAGES.shows("rights", "pages-function", "pages-execution-role", "pages-execution-policy")


def test_pages_come_to_an_end() -> None:
    PAGES.shows("retention", "pages-logs-group")


def test_pages_are_encrypted() -> None:
    PAGES.shows("key", "logs-key-key", "pages-logs-group")


def test_the_rotation_has_a_schedule() -> None:
    ROTATION.shows("schedule", "jwt-secret-schedule")


def test_the_rotation_has_somebody_who_does_it() -> None:
    ROTATION.shows("rotates", "jwt-secret-rotation-function")


def test_the_rotation_may_call_its_function() -> None:
    ROTATION.shows("call", "jwt-secret-rotation-function", "jwt-secret-rotation-invocation-secretsmanager")


def test_the_rotation_has_the_rights_for_its_steps() -> None:
    ROTATION.shows("rights", "jwt-secret-rotation-execution-policy", "jwt-secret-secret")


def test_the_rotation_is_heard_of_by_its_readers() -> None:
    ROTATION.shows("reader", "auth-function", "authorizer-rest-function", "authorizer-sockets-function")
