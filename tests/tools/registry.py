"""A registry on the local disk, in the form of PEP 503, and locks of what it serves."""

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

BACKEND = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
"""What a source distribution is built by: any setuptools at all, so that an isolated build would fetch the newest."""


class Registry:
    """Made-up packages by name, and real wheels that are put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = folder.absolute().as_uri()

    def put(self, name: str, file: str, content: bytes) -> str:
        """Serves a file, and returns its hash as a lock has it."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
        links = "".join(f'<a href="{each.name}">{each.name}</a>' for each in sorted(folder.iterdir()))
        (folder / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
        return f"--hash=sha256:{hashlib.sha256(content).hexdigest()}"

    def wheel(self, name: str, version: str, needs: Sequence[str] = ()) -> str:
        """Serves a wheel; the lock's entry for it."""
        extras = sorted({need.split('extra == "')[1].rstrip('"') for need in needs if "extra ==" in need})
        metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
        metadata += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {need}" for need in needs]
        stem = f"{name}-{version}"
        files = {
            f"{name}.py": f"VERSION = {version!r}\n",
            f"{stem}.dist-info/METADATA": "\n".join(metadata) + "\n",
            f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},{_digest(text)},{len(text.encode())}\n" for path, text in files.items())
        files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, text in files.items():
                archive.writestr(zipfile.ZipInfo(path), text)
        return f"{name}=={version} {self.put(name, f'{stem}-py3-none-any.whl', packed.getvalue())}"

    def source(self, name: str, version: str) -> str:
        """Serves a source distribution and no wheel; the lock's entry for it."""
        setup = f"from setuptools import setup\nsetup(name={name!r}, version={version!r}, py_modules=[{name!r}])\n"
        files = {"setup.py": setup, "pyproject.toml": BACKEND, f"{name}.py": f"VERSION = {version!r}\n"}
        files["PKG-INFO"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for path, text in files.items():
                entry = tarfile.TarInfo(f"{name}-{version}/{path}")
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        return f"{name}=={version} {self.put(name, f'{name}-{version}.tar.gz', packed.getvalue())}"


def _digest(text: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def with_newer_releases(registry: Registry) -> list[str]:
    """Serves what a lock names and a newer release of each; the lock's entries.

    The first asks for an extra of the second, as pytest-cov does for ``coverage[toml]``: an old pip that resolves
    that finds the newer release and refuses it for having no hash.
    """
    extra = 'third>=1; extra == "toml"'
    entries = [
        registry.wheel("first", "1.0", ["second[toml]>=1"]),
        registry.wheel("second", "1.0", [extra]),
        registry.wheel("third", "1.0"),
    ]
    registry.wheel("first", "99.0", ["second[toml]>=1"])
    registry.wheel("second", "99.0", [extra])
    registry.wheel("third", "99.0")
    return entries
