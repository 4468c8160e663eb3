"""Finds the modules of the providers' SDKs as Python would, and loads them part by part.

What is worked out of a file lies beside its bytecode, and is as old as that: a file of another age or size, another
release of the SDK and another ``split.py`` each recreate it.
"""

import functools
import importlib
import marshal
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import cache_from_source, source_hash
from pathlib import Path
from types import ModuleType
from typing import Any, cast

_PACKAGES = ("pulumi_aws", "pulumi_eks", "pulumi_kubernetes", "pulumi_random")
_SPLITTER = Path(__file__).with_name("split.py")
_MANIFEST = "pulumi-plugin.json"  # beside a package's first file; it names the release


def install() -> None:
    """Has SDKs that are not imported yet loaded part by part from now on."""
    if not any(isinstance(each, Finder) for each in sys.meta_path):
        sys.meta_path.insert(0, Finder(_PACKAGES))


class Finder(MetaPathFinder):
    """Finds the modules of some packages."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in self._packages:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Package(ModuleType):
    """A package that imports a submodule when a name of it is asked for."""

    _homes: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        home = self.__dict__.get("_homes", {}).get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)
        value = getattr(importlib.import_module(f"{self.__name__}.{home}"), name)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # The import system hangs a submodule under its name; a function or class of that name goes before it.
        if isinstance(value, ModuleType) and self._homes.get(name) == name:
            value = vars(value).get(name, value)
        super().__setattr__(name, value)


class _Classes(ModuleType):
    """A module that builds a class when it is asked for."""

    _classes: dict[str, bytes]

    def __getattr__(self, name: str) -> Any:
        code = self.__dict__.get("_classes", {}).get(name)
        if code is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)
        exec(marshal.loads(code), self.__dict__)  # noqa: S102, S302 - compiled from the SDK's own source, as its bytecode
        return self.__dict__[name]


class _Loader(SourceFileLoader):
    """Runs what a file has to run at import, and keeps the rest until it is asked for."""

    def exec_module(self, module: ModuleType) -> None:
        parts = self._parts()
        if parts is None:
            super().exec_module(module)
            return
        head, classes, homes = parts
        if classes:
            module.__class__ = _Classes
            cast("_Classes", module)._classes = classes
        elif homes:
            module.__class__ = _Package
            module.__dict__["_homes"] = homes
            module.__dict__["__all__"] = list(homes)
        exec(head, module.__dict__)  # noqa: S102 - what an import does

    def _parts(self) -> tuple[Any, dict[str, bytes], dict[str, str]] | None:
        """The parts of the file, from beside its bytecode where they were written there by this very splitter."""
        stats = self.path_stats(self.path)
        stamp = f"{stats['mtime']} {stats['size']} {_release(self.path, self.name)} {_splitter()}".encode()
        path = cache_from_source(self.path, optimization="parts")
        try:
            kept, parts = marshal.loads(self.get_data(path))  # noqa: S302 - as safe as the bytecode beside it
            if kept == stamp:
                return parts
        except (OSError, ValueError, EOFError, TypeError):
            pass  # nothing there, or half a file
        folder = next(
            each for each in Path(path).parents if each.is_dir()
        )  # Python makes the others when it needs them
        if sys.dont_write_bytecode or not os.access(folder, os.W_OK):
            return None  # to take the file apart at every run would cost more than it saves
        parts = self._split()
        self.set_data(path, marshal.dumps((stamp, parts)))
        return parts

    def _split(self) -> tuple[Any, dict[str, bytes], dict[str, str]] | None:
        from analyser.run.sdk import split  # only where a file is seen for the first time

        try:
            found = split.split(self.get_data(self.path), Path(self.path))
        except (SyntaxError, ValueError):
            return None  # Python itself may still make something of it
        return (found.head, found.classes, found.homes) if found else None


@functools.cache
def _splitter() -> str:
    return source_hash(_SPLITTER.read_bytes()).hex()


def _release(path: str, module: str) -> str:
    """Which release of its package a file belongs to."""
    package = Path(path).parent if path.endswith("__init__.py") else Path(path)
    return _manifest([package, *package.parents][module.count(".")])


@functools.cache
def _manifest(root: Path) -> str:
    file = root / _MANIFEST
    return source_hash(file.read_bytes()).hex() if file.is_file() else ""
