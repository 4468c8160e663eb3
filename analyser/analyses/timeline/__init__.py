"""How long a deployment takes, and what it waits for."""

from analyser.analyses.timeline.schedule import Link, Step, Timeline, timeline

__all__ = ["Link", "Step", "Timeline", "timeline"]
