"""The SQL files of a schema migration, in their order."""

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings import Settings
from settings.project_files import ProjectPath, below_root

Folder = Annotated[ProjectPath, Field(examples=["migrations/records"])]
"""A folder below the project's own."""
Files = Annotated[tuple[str, ...], Field(min_length=1)]
"""Names of files in their order."""

_NAME = re.compile(r"[A-Za-z0-9_-]+\.sql")
# END as a statement is not looked for: it also closes the blocks of functions.
_TRANSACTION = re.compile(r"^\s*(begin|start\s+transaction|commit|rollback)(\s+(work|transaction))?\s*;", re.I | re.M)
_MOST_BYTES = 1000 * 1024
"""A ConfigMap holds 1 MiB, with the script that runs the files:
https://kubernetes.io/docs/concepts/configuration/configmap/#motivation"""


class MigrationFiles(Settings):
    """Which files are applied, in which order."""

    folder: Folder
    files: Files
    """An applied file is never changed: a change is a file more, at the end."""

    @field_validator("files")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [file for file in value if not _NAME.fullmatch(file)]:
            raise ValueError(f"{wrong[0]!r} is not the name of a migration such as 001_orders.sql")
        if twice := sorted({file for file in value if value.count(file) > 1}):
            raise ValueError(f"named twice: {', '.join(twice)}")
        return value

    @field_validator("files")
    @classmethod
    def _applied_whole(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "folder" not in info.data:
            return value
        texts = {file: _read(f"{info.data['folder']}/{file}") for file in value}
        # Half of a migration could otherwise stay.
        if open_ended := [file for file, text in texts.items() if _TRANSACTION.search(text)]:
            raise ValueError(f"{open_ended[0]} begins or ends a transaction; there is one around all files")
        if (size := sum(len(text.encode()) for text in texts.values())) > _MOST_BYTES:
            raise ValueError(f"are {size} bytes together; a migration holds {_MOST_BYTES}")
        return value


def read_files(settings: MigrationFiles) -> dict[str, str]:
    """The texts of the files by their names, in their order."""
    return {file: _read(f"{settings.folder}/{file}") for file in settings.files}


def _read(path: str) -> str:
    file = below_root(path)
    if not file.is_file():
        raise ValueError(f"there is no {path} in the project")
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8") from None
