"""Executions of a pipeline that did not come to their end, from events to a metric for an alarm."""

import pulumi

from components.operations.failed_events import FailedEvents
from components.security.key import Key

_ENDED = ["FAILED", "STOPPED", "CANCELED"]


class PipelineFailures(FailedEvents):
    """Executions that failed, a refused approval among them, were stopped, or were cancelled by a change of their own.

    For an alarm (``codepipeline.executions``). None is superseded where executions queue.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        pipeline_name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        pattern = {
            "source": ["aws.codepipeline"],
            "detail-type": ["CodePipeline Pipeline Execution State Change"],
            "detail": {"pipeline": [pipeline_name], "state": _ENDED},
        }
        super().__init__(name, key=key, description="An execution did not come to its end", pattern=pattern, opts=opts)
