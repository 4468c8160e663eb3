"""Puts a folder into a zip so that the same files give the same bytes: ``package.py <folder> <zip>``.

Names in order, one time for all, no owner; no compiled files (they hold the time of their source), no scripts nor
lists of what was installed (they hold the path of the Python that did it).
"""

import sys
import zipfile
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can hold."""
_READABLE = 0o100644
_LEFT_OUT = {"__pycache__", "bin", ".lock", "RECORD"}


def package(folder: Path, target: Path) -> None:
    """Writes the zip. Raises ValueError when the folder holds no files."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not _LEFT_OUT & set(file.parts)]
    if not files:
        raise ValueError(f"{folder} holds no files")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE << 16
            entry.create_system = 3  # Unix, whatever wrote it
            archive.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    package(Path(sys.argv[1]), Path(sys.argv[2]))
