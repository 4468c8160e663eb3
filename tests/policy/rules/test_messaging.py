"""Queues, topics, events and what builds and deploys."""

import json

import pytest

from policy.rules import codebuild, events, sns, sns_transport, sqs
from policy.rules.lambda_functions import FUNCTION
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource


def denial(*actions: str, **condition: str) -> str:
    test = {"Bool": {"aws:SecureTransport": "false"} | condition}
    statement = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": "*", "Condition": test}
    return json.dumps({"Statement": [statement]})


ARN = "arn:aws:sqs:eu-west-1:123456789012:failed"
FAILED = resource(sqs.QUEUE, "failed", outputs={"arn": ARN})
REDRIVE = json.dumps({"deadLetterTargetArn": ARN, "maxReceiveCount": 5})
QUEUE = resource(sqs.QUEUE, "queue", url="https://sqs/queue", kmsMasterKeyId="arn:aws:kms:key", redrivePolicy=REDRIVE)
QUEUE_POLICY = resource(
    sqs.QUEUE_POLICY, "policy", refers={"queueUrl": QUEUE}, queueUrl="https://sqs/queue", policy=denial("sqs:*")
)
PLAIN_QUEUE = resource(sqs.QUEUE, "queue", url="https://sqs/queue")
REDRIVES = resource(
    sqs.REDRIVE_POLICY,
    "redrive",
    refers={"queueUrl": PLAIN_QUEUE},
    queueUrl="https://sqs/queue",
    redrivePolicy=REDRIVE,
)
TOPIC = resource(sns.TOPIC, "topic", name="notices")
TOPIC_POLICY = resource(
    sns_transport.TOPIC_POLICY, "policy", refers={"arn": TOPIC}, arn="notices", policy=denial("sns:Publish")
)
SUBSCRIPTION = resource(sns_transport.SUBSCRIPTION, "subscription", protocol="https", endpoint="https://example.com")
TARGET = resource(events.EVENT_TARGET, "target", arn="arn:aws:lambda:function", deadLetterConfig={"arn": ARN})
PROJECT = resource(
    codebuild.PROJECT,
    "project",
    encryptionKey="arn:aws:kms:key",
    artifacts={"type": "S3"},
    environment={
        "privilegedMode": False,
        "environmentVariables": [{"name": "API_TOKEN", "type": "SECRETS_MANAGER", "value": "records-api:token"}],
    },
    source={"location": "https://bitbucket.org/a/b.git"},
    logsConfig={"cloudwatchLogs": {"status": "ENABLED"}, "s3Logs": {"status": "ENABLED"}},
)
REPORTS = resource(
    codebuild.REPORT_GROUP, "reports", exportConfig={"type": "S3", "s3Destination": {"encryptionKey": "arn"}}
)
PIPELINE = resource(
    codebuild.PIPELINE, "pipeline", artifactStores=[{"location": "b", "encryptionKey": {"id": "arn", "type": "KMS"}}]
)
DEPLOYMENTS = resource(
    codebuild.DEPLOYMENT_GROUP,
    "deployments",
    autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
)
CASES = [
    Case(
        "events-bus-not-public",
        [resource(events.PERMISSION, "partner", principal="210987654321", statementId="partner")],
        [Set("principal", "*")],
    ),
    Case(
        "events-bus-not-public",
        [
            resource(
                events.PERMISSION,
                "organisation",
                principal="*",
                statementId="organisation",
                condition={"key": "aws:PrincipalOrgID", "type": "StringEquals", "value": "o-1a2b3c4d5e"},
            )
        ],
        [Set("condition")],
    ),
    Case("sqs-encrypted", [QUEUE], [Set("kmsMasterKeyId"), Set("kmsMasterKeyId", "alias/aws/sqs")]),
    Case(
        "sqs-tls-only",
        [QUEUE, QUEUE_POLICY],
        [
            Without("policy", "queueUrl"),
            Set("policy", denial("sqs:SendMessage"), on="policy"),
            Set("policy", denial("sqs:*").replace("Deny", "Allow"), on="policy"),
            Set("policy", denial("sqs:*").replace("false", "true"), on="policy"),
            Set("policy", denial("sqs:*", **{"aws:SourceAccount": "1"}), on="policy"),
        ],
    ),
    Case("sqs-dead-letters", [QUEUE, FAILED], [Set("redrivePolicy")]),
    Case("sqs-dead-letters", [PLAIN_QUEUE, FAILED, REDRIVES], [Without("redrive", "queueUrl")]),
    Case(
        "sns-tls-only",
        [TOPIC, TOPIC_POLICY],
        [Without("policy", "arn"), Set("policy", denial("sns:Subscribe"), on="policy")],
    ),
    Case("sns-https-subscriptions", [SUBSCRIPTION], [Set("protocol", "http")]),
    Case("events-dead-letters", [TARGET], [Set("deadLetterConfig"), Set("deadLetterConfig.arn")]),
    Case("codebuild-not-privileged", [PROJECT], [Set("environment.privilegedMode", True)]),
    Case(
        "codebuild-no-plain-secrets",
        [PROJECT],
        [
            Set("environment.environmentVariables[0].type"),
            Set("environment.environmentVariables[0].type", "PLAINTEXT"),
            Set("source.location", "https://user:hunter2@bitbucket.org/a/b.git"),
            Set("secondarySources", [{"location": "https://user:hunter2@bitbucket.org/a/b.git"}]),
        ],
    ),
    Case(
        "codebuild-customer-key",
        [PROJECT],
        [
            Set("encryptionKey"),
            Set("artifacts.encryptionDisabled", True),
            Set("logsConfig.s3Logs.encryptionDisabled", True),
        ],
    ),
    Case(
        "codebuild-customer-key",
        [REPORTS],
        [
            Set("exportConfig.s3Destination", {"bucket": "reports"}),
            Set("exportConfig.s3Destination.encryptionDisabled", True),
        ],
    ),
    Case(
        "codebuild-logs",
        [resource(codebuild.PROJECT, "project", logsConfig={"cloudwatchLogs": {"status": "ENABLED"}})],
        [Set("logsConfig.cloudwatchLogs.status", "DISABLED")],
    ),
    Case(
        "codepipeline-customer-key",
        [PIPELINE],
        [Set("artifactStores[0].encryptionKey"), Set("artifactStores[0].encryptionKey.id")],
    ),
    Case(
        "codedeploy-rollback",
        [DEPLOYMENTS],
        [
            Set("autoRollbackConfiguration"),
            Set("autoRollbackConfiguration.enabled", False),
            Set("autoRollbackConfiguration.events", ["DEPLOYMENT_STOP_ON_ALARM"]),
        ],
    ),
]


def test_how_a_queue_is_encrypted_is_said() -> None:
    off = resource(sqs.QUEUE, "q", sqsManagedSseEnabled=False)
    assert check("sqs-encrypted", off) == ["q: is not encrypted (kmsMasterKeyId)"]
    assert check("sqs-encrypted", resource(sqs.QUEUE, "q")) == [
        "q: is encrypted with a key of SQS's own (kmsMasterKeyId)"
    ]


@pytest.mark.parametrize("seconds", [60, 3600])
def test_fleeting_news_needs_no_dead_letters(seconds: int) -> None:
    queue = resource(sqs.QUEUE, "q", messageRetentionSeconds=seconds, outputs={"arn": "arn:q"})
    assert check("sqs-dead-letters", queue) == []
    assert check("events-dead-letters", queue, resource(events.EVENT_TARGET, refers={"arn": queue}, arn="arn:q")) == []
    lasting = resource(sqs.QUEUE, "q", messageRetentionSeconds=3601)
    assert check("sqs-dead-letters", lasting) == ["q: has no dead-letter queue (redrivePolicy)"]


def test_queues_for_what_failed_need_none_themselves() -> None:
    function = resource(FUNCTION, refers={"deadLetterConfig": FAILED}, deadLetterConfig={"targetArn": ARN})
    assert check("sqs-dead-letters", FAILED) == ["failed: has no dead-letter queue (redrivePolicy)"]
    assert check("sqs-dead-letters", FAILED, function) == []
    assert check("sqs-dead-letters", resource(sqs.QUEUE, redriveAllowPolicy="{}")) == []


def test_logs_in_a_bucket_are_logs() -> None:
    logs = {"cloudwatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "ENABLED"}}
    assert check("codebuild-logs", resource(codebuild.PROJECT, logsConfig=logs)) == []
