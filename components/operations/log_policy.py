"""A CloudWatch Logs resource policy for AWS services, one for each account and region."""

import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.statements import Statement, policy_document


def shared_log_policy(
    owner: Component,
    suffix: str,
    *,
    account: Account,
    service: str,
    groups: str,
    sources: str,
    region: str | None = None,
) -> aws.cloudwatch.LogResourcePolicy:
    """Lets ``service`` write to the account's log groups named like ``groups``, for resources like ``sources``.

    A region of an account takes ten such policies, so stacks share one a service: every stack writes the same document
    under the same name, which CloudWatch Logs takes as an update. None of them deletes it, since others may need it.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
    """
    where = account.arn("logs", f"log-group:{groups}", region=region or account.region)
    write = Statement(
        "Write",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [f"{where}:*"],
        {"StringEquals": {"aws:SourceAccount": account.id}, "ArnLike": {"aws:SourceArn": sources}},
        principals={"Service": [service]},
    )
    return aws.cloudwatch.LogResourcePolicy(
        owner.child(suffix),
        policy_name=f"strata-{service.split('.')[0]}",
        policy_document=policy_document([write]),
        region=region,
        opts=owner.child_options(retain_on_delete=True),
    )
