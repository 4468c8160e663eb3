"""A Lambda event source mapping for a DynamoDB stream."""

from collections.abc import Sequence
from typing import Literal, Protocol

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.compute.failure_queue import failure_queue, keep_failures, read_failures
from components.security.key import Key
from components.statements import Grant, policy_document

ChangeKind = Literal["INSERT", "MODIFY", "REMOVE"]
"""An item that was added, changed, or deleted (by a caller or because its time had come)."""

_RETRIES = 5
_LONGEST_AGE_SECONDS = 3600
_WINDOW_SECONDS = 1
_BATCH = 100


class Stream(Protocol):
    """What offers its changes as a DynamoDB stream."""

    @property
    def stream_arn(self) -> pulumi.Output[str]:
        """The ARN of the stream."""
        ...

    @property
    def read_stream(self) -> Grant:
        """Lets a role read the stream."""
        ...


class StreamConsumer(Component):
    """Hands a stream's records to a function, in order for each key, in batches of up to 100 or one second.

    The function answers with the first record that failed (``batchItemFailures``); the rest of the batch is tried
    again, five times and for an hour at most, in halves, so that one bad record holds up nothing else. What is given
    up then is noted in the queue ``failures_name`` for 14 days: the sequence numbers, from which the records can be
    read for as long as the stream has them, 24 hours. It starts with the oldest record, so it misses none; not
    ``enabled``, it starts with none.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """

    def __init__(
        self,
        name: str,
        *,
        function_arn: pulumi.Input[str],
        role_name: pulumi.Input[str],
        stream: Stream,
        key: Key,
        changes: Sequence[ChangeKind] = (),
        enabled: bool = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        failures = failure_queue(self, "failures", key)
        rights = aws.iam.RolePolicy(
            self.child("rights"),
            role=role_name,
            policy=policy_document([stream.read_stream, keep_failures(name, failures, key)]),
            opts=self.child_options(),
        )
        wanted = pulumi.Output.json_dumps({"eventName": list(changes)})
        aws.lambda_.EventSourceMapping(
            self.child("mapping"),
            function_name=function_arn,
            event_source_arn=stream.stream_arn,
            starting_position="TRIM_HORIZON",
            enabled=None if enabled else False,
            batch_size=_BATCH,
            maximum_batching_window_in_seconds=_WINDOW_SECONDS,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=_RETRIES,
            maximum_record_age_in_seconds=_LONGEST_AGE_SECONDS,
            function_response_types=["ReportBatchItemFailures"],
            destination_config={"on_failure": {"destination_arn": failures.arn}},
            filter_criteria={"filters": [{"pattern": wanted}]} if changes else None,
            # Lambda tries the role's rights to the stream and the queue as it makes the mapping.
            opts=self.child_options(depends_on=[rights]),
        )
        self._failures, self._key = failures, key
        self.failures_name = failures.name
        self.register_outputs({"failuresName": self.failures_name})

    @property
    def operate(self) -> Grant:
        """Lets a role read which records were given up."""
        return read_failures(self.name, self._failures, self._key)
