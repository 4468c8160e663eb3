"""Spans of time and their reasons as people say them."""

from analyser.analyses.timeline.schedule import LostWait, Timeline
from analyser.analyses.timeline.waits import Why

WHYS: dict[Why | None, str] = {
    None: "starts at once",
    Why.VALUE: "takes a value of the one before",
    Why.PROVIDER: "its provider takes a value of the one before",
    Why.AWS: "AWS needs the one before",
    Why.REQUEST: "asked to wait by depends_on",
    Why.COMPONENT: "waits for the whole component",
    Why.PARENT: "waits for its parent",
}
"""Why a resource begins no sooner; None for what waits for nothing."""


def in_words(seconds: float) -> str:
    """Seconds up to two minutes, then minutes, then hours and minutes; each rounded."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def clock(seconds: float) -> str:
    """Hours, minutes and seconds as on a clock, such as 1:02:03 or 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lost(wait: LostWait) -> str:
    """Why a wait of a Kubernetes object ends in a failure, in a line."""
    limit = "never gives up" if wait.limit is None else f"gives up after {in_words(wait.limit)}"
    told = f"{wait.node.kind} {wait.node.name}: its provider waits for {wait.what} and {limit}"
    if wait.needed is None:
        return f"{told}; nothing that the stack makes before it gives them"
    return f"{told}; they are there after {in_words(wait.needed)}"


def sentence(timeline: Timeline) -> str:
    """How long a deployment takes, in a line."""
    return f"about {in_words(timeline.typical)}, at worst {in_words(timeline.worst)}"
