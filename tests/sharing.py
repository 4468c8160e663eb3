"""What the processes of one run of the tests share."""

from pathlib import Path


class Graphs:
    """Where they leave what takes long to make for each other: stacks' graphs, what a PostgreSQL begins with. Nowhere
    outside such a run."""

    folder: Path | None = None
