"""Kinesis streams and Firehose delivery streams."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

STREAM = "aws:kinesis/stream:Stream"
FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
_LINK = "https://docs.aws.amazon.com/streams/latest/dev/"


@rule(
    "kinesis-encrypted",
    title="Streams are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[STREAM],
    frameworks={
        "FSBP": "Kinesis.1",
        "cdk-nag": "AwsSolutions-KDS1",
        "Checkov": ("CKV_AWS_43", "CKV_AWS_185"),
    },
    remedy="Set encryptionType to KMS and kmsKeyId to a customer key.",
    link=_LINK + "server-side-encryption.html",
)
def encrypted(stream: Resource) -> Iterator[Finding]:
    """Records lie in the stream for a day or up to a year."""
    if stream.lacks("encryptionType", "KMS"):
        yield Finding("is not encrypted", "encryptionType")
    elif stream.lacks("kmsKeyId") or stream.has("kmsKeyId", "alias/aws/kinesis"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@rule(
    "firehose-encrypted",
    title="Delivery streams are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[FIREHOSE],
    frameworks={
        "FSBP": "DataFirehose.1",
        "cdk-nag": "AwsSolutions-KDF1",
        "Checkov": ("CKV_AWS_240", "CKV_AWS_241"),
    },
    remedy="Set serverSideEncryption: enabled, keyType CUSTOMER_MANAGED_CMK and keyArn.",
    link="https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
)
def firehose_encrypted(stream: Resource) -> Iterator[Finding]:
    """Firehose buffers records on disk. Those from a Kinesis stream or MSK stay under the key of their source."""
    sources = ("kinesisSourceConfiguration", "mskSourceConfiguration")
    if any(stream.has(source) or stream.unknown(source) for source in sources):
        return
    if stream.lacks("serverSideEncryption.enabled", True):
        yield Finding("is not encrypted", "serverSideEncryption.enabled")
    elif stream.lacks("serverSideEncryption.keyType", "CUSTOMER_MANAGED_CMK"):
        yield Finding("is encrypted with a key of AWS", "serverSideEncryption.keyType")
