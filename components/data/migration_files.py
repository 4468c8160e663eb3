"""The SQL files that make a database's users and schema."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from components.compute.source import PROJECT_ROOT
from settings import Settings

Folder = Annotated[str, Field(pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+)*$")]
"""A folder below the project's own."""
Files = Annotated[tuple[str, ...], Field(min_length=1)]
"""Names of files in their order."""


class MigrationFiles(Settings):
    """Which files are applied, in which order."""

    folder: Folder
    files: Files
    """An applied file is never changed: a change is a file more, at the end."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        twice = sorted({file for file in self.files if self.files.count(file) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}")
        return self


def read_files(name: str, settings: MigrationFiles) -> dict[str, str]:
    """The texts of the files by their names, in their order. Raises ValueError for one that is missing."""
    return {file: _read(name, f"{settings.folder}/{file}") for file in settings.files}


def _read(name: str, path: str) -> str:
    file = PROJECT_ROOT / path
    if not file.is_file():
        raise ValueError(f"{name}: there is no {path} in the project")
    return file.read_text(encoding="utf-8")
