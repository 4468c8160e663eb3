"""How long a deployment takes, and what it waits for."""

from analyser.analyses.timeline.schedule import Link, Step, Timeline, timeline
from analyser.analyses.timeline.teardown import Teardown, teardown

__all__ = ["Link", "Step", "Teardown", "Timeline", "teardown", "timeline"]
