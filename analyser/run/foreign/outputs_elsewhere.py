"""What a program reads of other stacks: from a file that was named, or by a preview of the project beside it."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analyser.graph import Graph
from analyser.run.deployed import ExportError, graph_of_export, is_export
from analyser.run.foreign.project import Project, read_project
from analyser.run.references import Read
from settings import SettingsError
from settings.errors import Problem
from settings.stackfile import project_file

Preview = Callable[[Project, str], Graph]


class Elsewhere:
    """Outputs of other stacks, by the full name (organization/project/stack) or a shorter one that a program uses."""

    def __init__(
        self, project: Project, files: Mapping[str, Path], preview: Preview, under_way: Sequence[tuple[Path, str]]
    ) -> None:
        self._project = project
        self._files = files
        self._preview = preview
        self._under_way = under_way
        self._found: dict[str, Read | None] = {}

    def read(self, name: str) -> Read | None:
        """The outputs of a stack; None where nobody knows them. Raises what a failed preview of it raises."""
        if name not in self._found:
            self._found[name] = self._from_file(name) or self._from_beside(name)
        return self._found[name]

    def _from_file(self, name: str) -> Read | None:
        file = self._files.get(name) or self._files.get(name.rpartition("/")[2])
        return read_outputs(file) if file else None

    def _from_beside(self, name: str) -> Read | None:
        *_, project, stack = [self._project.name, *name.split("/")]
        found = self._project if project == self._project.name else _beside(self._project.root, project)
        if found is None or found.language != "python" or (found.root, stack) in self._under_way:
            return None
        if not found.stack_file(stack).is_file():
            return None
        graph = self._preview(found, stack)
        return Read(dict(graph.exports), tuple(sorted(graph.secret_exports)))


def _beside(root: Path, name: str) -> Project | None:
    """The project of that name in a folder beside this one, or beside the one above."""
    for above in (root.parent, root.parent.parent):
        for folder in filter(project_file, sorted(above.iterdir())):
            try:
                found = read_project(folder)
            except SettingsError:
                continue  # somebody else's, and not asked for
            if found.name == name:
                return found
    return None


def read_outputs(file: Path) -> Read:
    """What ``pulumi stack output --json`` or ``pulumi stack export`` wrote. Raises SettingsError for anything else."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(file), [Problem("", f"cannot be read: {error.strerror}")]) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(str(file), [Problem("", f"is no JSON: {error}")]) from error
    if is_export(found):
        try:
            graph = graph_of_export(found)
        except ExportError as error:
            raise SettingsError(str(file), [Problem("", str(error))]) from error
        return Read(dict(graph.exports), tuple(sorted(graph.secret_exports)))
    if not isinstance(found, dict):
        raise SettingsError(
            str(file), [Problem("", "is no object of outputs, which pulumi stack output --json writes")]
        )
    hidden = tuple(sorted(key for key, value in found.items() if value == "[secret]"))
    return Read(found, hidden)
