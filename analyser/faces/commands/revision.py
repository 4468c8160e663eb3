"""A stack as a git revision has it, previewed by that revision's own program in a worktree that is gone afterwards."""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analyser.faces.commands.usage_error import UsageError

_COMMAND = "analyser.faces.commands.cli:main"
"""What previews a project that has no ``strata`` of its own."""
_MANDATORY = 1
"""What a preview ends with where the pack would stop it, which is no matter here."""


def uncommitted(root: Path) -> bool:
    """Whether there are changes of tracked files, or new files, that no revision has."""
    return bool(_git(root, "status", "--porcelain"))


def had_stack(root: Path, stack: str, revision: str) -> bool:
    """Whether a revision has the file of a stack. Raises UsageError where git knows no such revision."""
    _commit(root, revision)
    return bool(_git(root, "ls-tree", "--name-only", revision, f"Pulumi.{stack}.yaml", wrong=f"--rev {revision}"))


def stacks_at(root: Path, revision: str) -> list[str]:
    """The stacks that a revision has files of. Raises UsageError where git knows no such revision."""
    _commit(root, revision)
    names = _git(root, "ls-tree", "--name-only", revision, wrong=f"--rev {revision}").splitlines()
    return [found[1] for name in names if (found := re.fullmatch(r"Pulumi\.(.+)\.yaml", name))]


def changed(root: Path, paths: list[str], revision: str) -> bool:
    """Whether tracked files of these paths, taken from ``root``, are otherwise than at a revision."""
    return bool(paths) and bool(_git(root, "diff", "--name-only", revision, "--", *paths, wrong=f"--rev {revision}"))


def preview_at(root: Path, stack: str, revision: str) -> dict[str, Any]:
    """The JSON form of a stack's preview at a revision. Raises UsageError where there is none."""
    commit = _commit(root, revision)
    below = _git(root, "rev-parse", "--show-prefix")
    with _worktree(root, commit) as tree:
        return _preview(tree / below, stack, revision, tree.with_name("preview.json"))


def _commit(root: Path, revision: str) -> str:
    if revision.startswith("-"):
        raise UsageError(f"strata: --rev {revision} is no git revision")
    return _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", wrong=f"--rev {revision}")


@contextmanager
def _worktree(root: Path, commit: str) -> Generator[Path]:
    """A checkout beside the working directory; removed whatever happens, also when somebody presses Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="strata-rev-") as folder:
        tree = Path(folder) / "tree"
        try:
            _git(root, "worktree", "add", "--detach", "--quiet", str(tree), commit)
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=root, capture_output=True)
            subprocess.run(["git", "worktree", "prune"], cwd=root, capture_output=True)


def _preview(project: Path, stack: str, revision: str, saved: Path) -> dict[str, Any]:
    module, _, function = _command(project).partition(":")
    arguments = ["preview", stack, "--json", "--output", str(saved)]
    program = f"import sys; sys.argv[1:] = {arguments!r}; from {module} import {function}; {function}()"
    ended = subprocess.run([sys.executable, "-c", program], cwd=project, capture_output=True, text=True)
    if ended.returncode not in (0, _MANDATORY) or not saved.is_file():
        said = ended.stderr.strip().splitlines() or [f"ended with {ended.returncode}"]
        raise UsageError("\n".join(f"{stack} at {revision}: {line}" for line in said))
    found: dict[str, Any] = json.loads(saved.read_text(encoding="utf-8"))
    return found


def _command(project: Path) -> str:
    file = project / "pyproject.toml"
    declared = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return str(declared.get("project", {}).get("scripts", {}).get("strata", _COMMAND))


def _git(root: Path, *arguments: str, wrong: str = "--rev") -> str:
    try:
        ended = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        raise UsageError("strata: --rev needs git, which is not on the path") from None
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        raise UsageError(f"strata: {wrong}: {said[-1] if said else 'git knows no such revision'}")
    return ended.stdout.strip()
