"""Failed RDS snapshot exports, from RDS events to a metric for an alarm."""

from collections.abc import Sequence

import pulumi

from components.operations.failed_events import FailedEvents
from components.security.key import Key


class ExportFailures(FailedEvents):
    """Exports that were started and came to nothing, for an alarm (``rds.snapshot_export``).

    ``events`` are the ids by which RDS tells of them, ``snapshots`` what the names of the snapshots begin with.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
    """

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        detail_type: str,
        events: Sequence[str],
        snapshots: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        pattern = {
            "source": ["aws.rds"],
            "detail-type": [detail_type],
            "detail": {"EventID": list(events), "SourceIdentifier": [{"prefix": snapshots}]},
        }
        super().__init__(name, key=key, description="An export of a snapshot failed", pattern=pattern, opts=opts)
