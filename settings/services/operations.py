"""Names and values of CloudWatch, X-Ray, Cost Explorer and Config."""

from typing import Annotated

from pydantic import AfterValidator

from settings.errors import shown
from settings.form import Form
from settings.services.arns import KNOWN_REGION


def _log_group(value: str) -> str:
    if value.startswith("aws/"):
        raise ValueError(f"{shown(value)} begins with aws/, which CloudWatch keeps to itself")
    return value


LogGroupName = Annotated[
    str,
    Form(
        "[A-Za-z0-9_/.#-]{1,512}",
        "the name of a log group: up to 512 letters, digits and _ / . # -",
        "/aws/eks/consulting/cluster",
    ),
    AfterValidator(_log_group),
]
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"""

LONGEST_TRACE_NAME = 32
"""https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html"""

TracedPath = Annotated[str, Form(r"[\x21-\x7e]{1,128}", "a path, in which * and ? stand for others", "/api/pages/*")]
FilterExpression = Annotated[
    str, Form(r"[^\x00-\x1f]{1,2000}", "a filter expression of X-Ray on one line", "responsetime > 5")
]

MonitorArn = Annotated[
    str,
    Form(
        r"arn:aws:ce::\d{12}:anomalymonitor/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the ARN of a cost anomaly monitor",
        "arn:aws:ce::123456789012:anomalymonitor/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    ),
]
"""https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalyMonitor.html"""

VaultArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:backup:[a-z0-9-]+:\d{12}:backup-vault:[A-Za-z0-9_-]{2,50}",
        "the ARN of a vault of AWS Backup",
        "arn:aws:backup:us-east-1:210987654321:backup-vault:copies",
    ),
    KNOWN_REGION,
]
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html"""

ManagedRule = Annotated[
    str, Form("[A-Z][A-Z0-9_]*", "the identifier of a managed rule of AWS Config", "ENCRYPTED_VOLUMES", most=256)
]
"""https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html"""
