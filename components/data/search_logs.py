"""The log groups of an OpenSearch Service domain."""

import pulumi

from components.account import Account
from components.component import Component
from components.operations.log_group import LogGroup
from components.operations.log_policy import shared_log_policy
from components.security.key import Key

_LOGS = {
    "AUDIT_LOGS": "audit",
    "ES_APPLICATION_LOGS": "application",
    "INDEX_SLOW_LOGS": "index-slow",
    "SEARCH_SLOW_LOGS": "search-slow",
}
_GROUPS = "/aws/OpenSearchService/domains/"


class SearchLogs(Component):
    """A log group under ``key`` for each kind of log, and the permission of the account's domains to write to theirs.

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
                log_group_name=f"{_GROUPS}{domain_name}/{suffix}",
                opts=self.child_options(),
            )
            for log, suffix in _LOGS.items()
        }
        self.arns = {log: group.arn for log, group in groups.items()}
        shared_log_policy(
            self,
            "policy",
            account=account,
            service="es.amazonaws.com",
            groups=f"{_GROUPS}*",
            sources=account.arn("es", "domain/*"),
        )
        self.register_outputs({"arns": self.arns})
