"""What the migration Job does, done here: the same script, as the master user."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from components.workloads.migration_script import migration_script
from tests.postgres import MASTER, Server
from tests.stacks import ROOT


def texts_of(system: str, files: Sequence[str]) -> dict[str, str]:
    """A system's files by their names, in their order."""
    return {file: (ROOT / "migrations" / system / file).read_text(encoding="utf-8") for file in files}


def run_job(server: Server, database: str, texts: Mapping[str, str], folder: Path) -> str:
    """Applies the files to a database that is there, by way of a folder; what the script says."""
    for name, text in {**texts, "run.sql": migration_script(texts)}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return server.run(f"--file={folder / 'run.sql'}", user=MASTER, database=database)
