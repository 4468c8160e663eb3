"""Export of every automated RDS snapshot to S3."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.bucket import Bucket
from components.data.dead_letters import DeadLetters
from components.data.export_failures import ExportFailures
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust
from settings import Settings


@dataclass(frozen=True)
class _Snapshots:
    """How RDS tells of automated snapshots and of exports that failed or were cancelled, and by which ARNs it knows
    them."""

    event: str
    detail_type: str
    resource: str
    failures: tuple[str, ...]


_OF_INSTANCE = _Snapshots("RDS-EVENT-0091", "RDS DB Snapshot Event", "snapshot", ("RDS-EVENT-0159", "RDS-EVENT-0160"))
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html"""
_OF_CLUSTER = _Snapshots(
    "RDS-EVENT-0169", "RDS DB Cluster Snapshot Event", "cluster-snapshot", ("RDS-EVENT-0162", "RDS-EVENT-0163")
)
"""https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html"""


class SnapshotExportSettings(Settings):
    """The folder of the bucket that exports go to, each in a folder of its own named after the snapshot."""

    prefix: str = "rds"


class SnapshotExport(Component):
    """Starts an export of each automated snapshot of one instance, or ``cluster``, as soon as RDS says it is there.

    RDS's event starts a state machine of one step, which calls StartExportTask: a schedule could not know the
    snapshot's name. Exports are Parquet, for analysis and safekeeping; they cannot be restored, which is what the
    snapshots themselves and AWS Backup are for. How long they are kept is the bucket's to say. ``database_key`` is the
    key that the database is encrypted with. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
    """

    def __init__(
        self,
        name: str,
        settings: SnapshotExportSettings,
        *,
        account: Account,
        identifier: pulumi.Input[str],
        bucket: Bucket,
        key: Key,
        database_key: Key,
        log_key: Key,
        cluster: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self._kind = _OF_CLUSTER if cluster else _OF_INSTANCE
        # Snapshots are called rds:<identifier>-<date>; the century keeps instances out whose names only begin alike.
        snapshots = pulumi.Output.concat("rds:", identifier, "-20")
        exporter = self._exporter(bucket, key)
        starter = self._starter(snapshots, exporter, key, database_key)
        logs = LogGroup(
            self.child("logs"),
            account=account,
            key=log_key,
            log_group_name=f"/aws/vendedlogs/states/{pulumi.get_stack()}-{name}",
            opts=self.child_options(),
        )
        machine = aws.sfn.StateMachine(
            self.child("state-machine"),
            role_arn=starter.arn,
            definition=pulumi.Output.json_dumps(self._definition(bucket, settings.prefix, exporter, key)),
            logging_configuration=aws.sfn.StateMachineLoggingConfigurationArgs(
                level="ERROR",
                include_execution_data=True,
                log_destination=logs.arn.apply(lambda arn: f"{arn}:*"),
            ),
            tracing_configuration=aws.sfn.StateMachineTracingConfigurationArgs(enabled=True),
            # Step Functions tries the role's rights to the log group as it makes the state machine.
            opts=self.child_options(depends_on=[starter]),
        )
        self._missed = self._start_on(snapshots, machine, log_key)
        self._logs = logs
        self.failures = ExportFailures(
            self.child("failures"),
            key=log_key,
            detail_type=self._kind.detail_type,
            events=self._kind.failures,
            snapshots=snapshots,
            opts=self.child_options(),
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"stateMachineArn": self.state_machine_arn})

    @property
    def operate(self) -> Grant:
        """Lets a role read why an export did not start, and the events of snapshots that were not delivered."""
        return Grant(self._logs.read, self._missed.operate)

    def _exporter(self, bucket: Bucket, key: Key) -> Role:
        """What RDS writes the export as: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.Setup.html"""
        write = Statement(
            "WriteExports",
            ["s3:PutObject*", "s3:GetObject*", "s3:DeleteObject*", "s3:ListBucket", "s3:GetBucketLocation"],
            [bucket.arn, bucket.objects],
        )
        return Role(
            self.child("exporter"),
            trust=service_trust("export.rds.amazonaws.com", account_id=self._account.id),
            grants=[write, key.use],
            description="RDS: write exports of snapshots",
            opts=self.child_options(),
        )

    def _starter(self, snapshots: pulumi.Output[str], exporter: Role, key: Key, database_key: Key) -> Role:
        """What the state machine starts the export as; RDS then works by grants on both keys."""
        start = Statement(
            "StartExport",
            ["rds:StartExportTask"],
            [snapshots.apply(lambda prefix: self._account.arn("rds", f"{self._kind.resource}:{prefix}*"))],
        )
        hand_over = Statement(
            "PassExporter",
            ["iam:PassRole"],
            [exporter.arn],
            {"StringEquals": {"iam:PassedToService": "export.rds.amazonaws.com"}},
        )
        keys = [one.arn for one in ([key] if key is database_key else [key, database_key])]
        describe = Statement("DescribeKeys", ["kms:DescribeKey"], keys)
        grant = Statement("GrantKeysToRds", ["kms:CreateGrant"], keys, {"Bool": {"kms:GrantIsForAWSResource": "true"}})
        return Role(
            self.child("starter"),
            trust=service_trust(
                "states.amazonaws.com",
                account_id=self._account.id,
                source_arn=self._account.arn("states", "stateMachine:*"),
            ),
            grants=[start, hand_over, describe, grant, _LOG, _TRACE],
            description="Step Functions: start exports of snapshots",
            opts=self.child_options(),
        )

    def _start_on(self, snapshots: pulumi.Output[str], machine: aws.sfn.StateMachine, notice_key: Key) -> DeadLetters:
        rule = aws.cloudwatch.EventRule(
            self.child("rule"),
            description="An automated snapshot of the database is there",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.rds"],
                    "detail-type": [self._kind.detail_type],
                    "detail": {
                        "EventID": [self._kind.event],
                        "SourceIdentifier": [{"prefix": snapshots}],
                    },
                }
            ),
            opts=self.child_options(),
        )
        role = Role(
            self.child("events"),
            trust=service_trust("events.amazonaws.com", account_id=self._account.id, source_arn=rule.arn),
            grants=[Statement("Start", ["states:StartExecution"], [machine.arn])],
            description="EventBridge: start the export of a snapshot",
            opts=self.child_options(),
        )
        missed = DeadLetters(self.child("missed"), key=notice_key, rule_arn=rule.arn, opts=self.child_options())
        aws.cloudwatch.EventTarget(
            self.child("target"),
            rule=rule.name,
            arn=machine.arn,
            role_arn=role.arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=missed.arn),
            opts=self.child_options(),
        )
        return missed

    def _definition(self, bucket: Bucket, prefix: str, exporter: Role, key: Key) -> dict[str, object]:
        """One call, repeated for three hours while RDS is busy; an event that comes twice is fine.

        The task's id is the snapshot's name without ``rds:``, of 60 characters at most, so an export that is already
        under way answers that its id is taken.
        https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
        """
        taken = "Rds.ExportTaskAlreadyExistsException"
        name = "States.ArrayGetItem(States.StringSplit($.detail.SourceIdentifier, ':'), 1)"
        start = {
            "Type": "Task",
            "Resource": f"arn:{self._account.partition}:states:::aws-sdk:rds:startExportTask",
            "Parameters": {
                "ExportTaskIdentifier.$": name,
                "SourceArn.$": "$.detail.SourceArn",
                "S3BucketName": bucket.bucket_name,
                "S3Prefix": prefix,
                "IamRoleArn": exporter.arn,
                "KmsKeyId": key.arn,
            },
            "Retry": [
                {"ErrorEquals": [taken], "MaxAttempts": 0},
                {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 180, "BackoffRate": 2, "MaxAttempts": 6},
            ],
            "Catch": [{"ErrorEquals": [taken], "Next": "Under way"}],
            "End": True,
        }
        return {"StartAt": "Export", "States": {"Export": start, "Under way": {"Type": "Succeed"}}}


_TRACE = Statement(
    "Trace",
    ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    ["*"],
)
"""X-Ray knows no resources for these: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html"""

_LOG = Statement(
    "DeliverLogs",
    [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ],
    ["*"],
)
"""None of these can be limited to a log group: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
