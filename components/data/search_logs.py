"""Where an OpenSearch domain logs to."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.statements import Statement, policy_document

_LOGS = {
    "AUDIT_LOGS": "audit",
    "ES_APPLICATION_LOGS": "application",
    "INDEX_SLOW_LOGS": "index-slow",
    "SEARCH_SLOW_LOGS": "search-slow",
}


class SearchLogs(Component):
    """A log group under ``key`` for each kind of log, and the permission of one domain to write to them.

    Errors are written at once. Audit events begin when they are switched on in the domain's security configuration, and
    slow logs when an index has thresholds; both are settings inside OpenSearch:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        domain_name: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        groups = {
            log: LogGroup(
                self.child(suffix),
                account=account,
                key=key,
                log_group_name=f"/aws/OpenSearchService/domains/{domain_name}/{suffix}",
                opts=self.child_options(),
            )
            for log, suffix in _LOGS.items()
        }
        self.arns = {log: group.arn for log, group in groups.items()}
        write = Statement(
            "OpenSearchLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [pulumi.Output.concat(arn, ":*") for arn in self.arns.values()],
            {
                "StringEquals": {"aws:SourceAccount": account.id},
                "ArnLike": {"aws:SourceArn": account.arn("es", f"domain/{domain_name}")},
            },
            principals={"Service": ["es.amazonaws.com"]},
        )
        # One policy for all four: a region takes ten of them.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
        aws.cloudwatch.LogResourcePolicy(
            self.child("policy"),
            policy_name=f"opensearch-{domain_name}",
            policy_document=policy_document([write]),
            opts=self.child_options(),
        )
        self.register_outputs({"arns": self.arns})
