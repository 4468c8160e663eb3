"""What the processes of one run of the tests share."""

from pathlib import Path


class Graphs:
    """Where they leave stacks' graphs for each other; nowhere outside such a run."""

    folder: Path | None = None
