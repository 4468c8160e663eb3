"""Another environment comes in by the runbook's page alone: its file, `make update`, and the tests of stacks."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEW = "collaboration-test"
KEPT = {"dev", "prod", "consulting-dev", "collaboration-dev", NEW}
"""What pages show samples of, and the environment that the new one is like; the others would only take time."""
_FILE = re.compile(rf"`Pulumi\.{NEW}\.yaml`:\n\n```yaml\n(?P<text>.*?)```\n", re.DOTALL)
_ABSENT = shutil.ignore_patterns(".[!c]*", ".c[!i]*", "build", "dist", "*.egg-info", "images")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the page's file in it, and whatever `make update` makes of that."""
    root = tmp_path_factory.mktemp("walk") / "strata"
    shutil.copytree(ROOT, root, ignore=_ABSENT)
    found = _FILE.search((root / "docs/runbooks/collaboration.md").read_text(encoding="utf-8"))
    assert found is not None
    (root / f"Pulumi.{NEW}.yaml").write_text(found["text"], encoding="utf-8")
    for file in root.glob("Pulumi.*.yaml"):
        if file.name.split(".")[1] not in KEPT:
            file.unlink()
        elif file.name.endswith("-dev.yaml"):  # whose images go on to a stack that is not kept
            file.write_text(re.sub(r", promotesTo: \[[^\]]*\]", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    return root


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_the_page_s_file_and_one_command_are_all_it_takes(copy: Path) -> None:
    made = python(copy, "-m", "tests.update")
    assert (made.returncode, made.stderr) == (0, "")
    told = made.stdout
    assert f"new   tests/golden/stacks/{NEW}.txt" in told
    assert f"new   docs/inventory/{NEW}.md" in told
    assert "wrote README.md: 2 lines" in told
    assert "removed docs/inventory/mdreader-prod.md: there is no such stack" in told
    assert f"`collaboration-prod-dr`, `local`, `{NEW}` |" in (copy / "README.md").read_text(encoding="utf-8")
    assert "\n5 stacks, …\n" in (copy / "docs/preview.md").read_text(encoding="utf-8")
    held = python(
        copy, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
        "tests/golden", "tests/analyser/analyses/inventory", "tests/analyser/test_docs.py",
        "tests/systems/test_every_stack.py", "tests/systems/test_service_rules.py", "tests/settings/test_schema.py",
        "-k", f"{NEW} or front_page or samples or schema or golden_graph or without_a_stack",
    )  # fmt: skip
    assert held.returncode == 0, held.stdout[-3000:]


def test_the_pack_lets_the_new_environment_pass(copy: Path) -> None:
    passed = python(copy, "-m", "analyser.faces.commands.cli", "preview", NEW)
    assert passed.returncode == 0, passed.stdout[-3000:] + passed.stderr
    assert f"\n{NEW} passes: " in passed.stdout
