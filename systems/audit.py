"""The audit trail of an account: CloudTrail, and AWS Config with its rules."""

from components.account import Account
from components.data.bucket import Bucket, BucketSettings
from components.data.log_bucket import LogBucket
from components.security.config_recorder import ConfigRecorder, ConfigRecorderSettings
from components.security.key import Key, log_groups
from components.security.trail import Trail, trails
from settings import Settings


class AuditSettings(Settings):
    """Where the traces go and how long they are kept, and by which rules resources are judged."""

    bucket: BucketSettings
    config: ConfigRecorderSettings | None = ConfigRecorderSettings()
    """The recorder of AWS Config and its rules; ``null`` where another stack of the account and region records."""


def make_audit(settings: AuditSettings, account: Account, access_logs: LogBucket) -> None:
    """A trail and a recorder of configuration, under a key of their own; one stack of an account and region records."""
    key = Key(
        "audit-key",
        account=account,
        purpose="Trail and recorded configuration of the account",
        usable_by=[*trails(account), log_groups(account)],
    )
    bucket = Bucket("audit", settings.bucket, account=account, key=key, access_logs=access_logs)
    Trail("trail", account=account, key=key, bucket=bucket)
    if settings.config is not None:
        ConfigRecorder("config", settings.config, account=account, key=key, bucket=bucket)
