"""Saved queries of CloudWatch Logs Insights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component


@dataclass(frozen=True)
class SavedQuery:
    """A question in the language of Logs Insights, and the log groups it is put to.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
    """

    query: str
    log_groups: Sequence[pulumi.Input[str]]


class SavedQueries(Component):
    """Saved queries of CloudWatch Logs Insights, in a folder that goes by stack and component name.

    Raises ValueError when there is none, and when one names no log group or more than the 50 that a query takes:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
    """

    def __init__(
        self,
        name: str,
        queries: Mapping[str, SavedQuery],
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if not queries:
            raise ValueError(f"{name} holds no query")
        for key, saved in sorted(queries.items()):
            if not 1 <= len(saved.log_groups) <= _MOST_GROUPS:
                raise ValueError(f"query {key} is put to {len(saved.log_groups)} log groups; 1 to {_MOST_GROUPS}")
            aws.cloudwatch.QueryDefinition(
                self.child(key),
                # A slash in a query's name makes a folder of the part before it.
                name=f"{pulumi.get_stack()}-{name}/{key}",
                query_string=saved.query,
                log_group_names=list(saved.log_groups),
                opts=self.child_options(),
            )
        self.register_outputs({"queries": sorted(queries)})


_MOST_GROUPS = 50


def errors(log_groups: Sequence[pulumi.Input[str]]) -> SavedQuery:
    """The newest log events of errors, whichever format the application logs in."""
    query = "\n".join(
        [
            "fields @timestamp, @log, @message",
            "| filter @message like /(?i)(error|exception|fatal|panic)/",
            "| sort @timestamp desc",
            "| limit 100",
        ]
    )
    return SavedQuery(query, log_groups)


def error_rate(log_groups: Sequence[pulumi.Input[str]]) -> SavedQuery:
    """The number of error events and of all events, by log group, for each five minutes."""
    query = "\n".join(
        [
            "fields strcontains(tolower(@message), 'error') as failed",
            "| stats sum(failed) as errors, count(*) as events by bin(5m), @log",
            "| sort errors desc",
        ]
    )
    return SavedQuery(query, log_groups)


def slow_calls(log_groups: Sequence[pulumi.Input[str]]) -> SavedQuery:
    """Duration, starting time and memory of Lambda functions that log in the JSON format."""
    metrics = "record.metrics"
    query = "\n".join(
        [
            "filter type = 'platform.report'",
            f"| stats count(*) as calls, pct({metrics}.durationMs, 99) as p99_ms, "
            f"max({metrics}.initDurationMs) as cold_start_ms, max({metrics}.maxMemoryUsedMB) as memory_mb by @log",
            "| sort p99_ms desc",
        ]
    )
    return SavedQuery(query, log_groups)
