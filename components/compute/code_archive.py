"""Folders and zip files of the project as the deployment package of a Lambda function."""

from typing import Annotated, Literal

import pulumi
from pydantic import AfterValidator, Field

from settings.project_files import ROOT, below_root

PythonRuntime = Literal["python3.11", "python3.12", "python3.13", "python3.14"]


def package(code: str, *, python: bool = True) -> pulumi.Archive:
    """What Lambda is given as code: a folder of the project with Python files, or a zip that a build left.

    A zip is named from the project's root, such as ``dist/backend.zip``, and has everything the handler imports; one
    that is not there is an error of the engine, which names the path. Where the code is not ``python``, the folder
    goes as it is. Raises ValueError for any other folder.
    """
    if below_root(code).suffix in (".zip", ".jar"):
        return pulumi.FileArchive(code)
    return python_sources(code) if python else _whole(code)


def python_sources(code: str) -> pulumi.AssetArchive:
    """The Python files of a folder, named from the project's root, where Pulumi looks for them.

    File by file, so that a ``__pycache__`` left by a test does not change what is deployed. Raises ValueError when
    ``code`` is no folder with Python files.
    """
    folder = below_root(code)
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.py"))
    if not files:
        raise ValueError(f"{code} is no folder with Python files below {ROOT.name}")
    return pulumi.AssetArchive({file: pulumi.FileAsset(f"{code}/{file}") for file in files})


def _whole(code: str) -> pulumi.FileArchive:
    folder = below_root(code)
    if not folder.is_dir() or not any(folder.iterdir()):
        raise ValueError(f"{code} is no folder with files below {ROOT.name}")
    return pulumi.FileArchive(code)


def _of_python(code: str) -> str:
    package(code)
    return code


PythonCode = Annotated[str, AfterValidator(_of_python), Field(examples=["dist/backend.zip"])]
"""A folder of the project with Python files, or a zip that a build leaves, named from the project's root."""
