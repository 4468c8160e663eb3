"""What docs/extending.md says, done in a copy of the project word for word: it previews, passes and is in style."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OTHER = "atlas"
"""Another name for the page's system: by the alphabet it comes before what it imports, the page's name after it."""
PAGE = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
KEPT = {"dev", "prod", "consulting-dev", "collaboration-dev"}
"""What pages show samples of, and what a new stack is like; the others would only take time."""
_ABSENT = shutil.ignore_patterns(".[!cg]*", ".c[!i]*", "build", "dist", "*.egg-info", "images", ".git")
HELD_BY = (
    "tests/components/data/test_print_queue.py",
    "tests/policy/rules/test_queue_keeps_messages.py",
    "tests/policy/test_every_rule.py",
    *("tests/systems/test_shop.py", "tests/systems/test_every_stack.py", "tests/systems/test_service_rules.py"),
    *("tests/systems/test_atlas.py", "tests/systems/test_operators.py", "tests/systems/test_principals.py"),
    *("tests/systems/test_trace.py", "tests/systems/test_both_halves.py", "tests/systems/test_resource_policies.py"),
    *("tests/analyser/analyses/test_checks.py", "tests/delivery/test_follow_through.py"),
    *(
        "tests/golden",
        "tests/docs/test_architecture.py",
        "tests/settings/test_schema.py",
        "tests/analyser/test_docs.py",
    ),
    *("tests/analyser/analyses/inventory", "tests/analyser/faces/test_settings_page.py"),
)
ASKED = (
    *("shop", OTHER, "collaboration-test", "queue_keeps", "queue-keeps", "identity_of_rules", "print_queue"),
    *("the_page", "the_map", "front_page", "no_page", "pages", "settings_page", "schema", "up_to_date"),
)
WRITTEN = (
    *(
        "systems/shop/*.py",
        f"systems/{OTHER}/*.py",
        "components/data/print_queue.py",
        "policy/rules/queue_keeps_messages.py",
    ),
    *(
        "tests/**/test_shop.py",
        f"tests/**/test_{OTHER}.py",
        "tests/**/test_print_queue.py",
        "tests/**/test_queue_keeps_messages.py",
    ),
)
_SHOP = ("alarms-orders-dead-letters", "uploads-bucket", "site-cdn-distribution", "alarms-edge-errors")
ADDED = {
    "shop-dev": _SHOP,
    f"{OTHER}-dev": _SHOP,
    "dev": ("reports-bucket", "operators-reports"),
    "consulting-dev": ("invoices-queue", "alarms-invoices-dead-letters"),
}
"""What the steps add to each stack, by logical names."""
_STEP = re.compile(
    r"^In `(?P<file>[^`]+)`, (?P<how>after|in place of) `(?P<line>[^`]+)`:\n\n```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^strata (new .*)$", re.MULTILINE)


def python(root: Path, *arguments: str) -> str:
    """What a command printed, which has to end well."""
    done = subprocess.run([sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def strata(root: Path, words: str) -> str:
    return python(root, "-m", "analyser.faces.commands.cli", *shlex.split(words))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after every command and step of the page, and after `make update`."""
    root = tmp_path_factory.mktemp("walk") / "strata"
    shutil.copytree(ROOT, root, ignore=_ABSENT)
    for file in root.glob("Pulumi.*.yaml"):
        if file.name.split(".")[1] not in KEPT:
            file.unlink()
        elif file.name.endswith("-dev.yaml"):  # whose images go on to a stack that is not kept
            file.write_text(re.sub(r", promotesTo: \[[^\]]*\]", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    for words in _COMMAND.findall(PAGE):
        strata(root, words)
    assert strata(root, "preview shop-dev").count("shop-dev passes") == 1
    strata(root, f"new system {OTHER}")
    for step in (*_STEP.finditer(PAGE), *steps_of_the_other()):
        take(root / step["file"], step)
    python(root, "-m", "tests.update")
    return root


def steps_of_the_other() -> Iterator[re.Match[str]]:
    """The page's steps for its system, with the other name."""
    for step in _STEP.finditer(re.sub(r"\bshop\b", OTHER, PAGE)):
        if OTHER in step["file"] + step["line"]:
            yield step


def take(file: Path, step: re.Match[str]) -> None:
    """What a step says, in a file that has its line once."""
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines.count(step["line"]) == 1, f"{file}: {step['line']}"
    place = lines.index(step["line"])
    kept = place + (step["how"] == "after")
    file.write_text("\n".join([*lines[:kept], *step["text"].splitlines(), *lines[place + 1 :], ""]), encoding="utf-8")


def test_every_step_of_the_page_is_done() -> None:
    assert len([*_STEP.finditer(PAGE)]) == PAGE.count("\nIn `") > 5
    assert {words.split()[1] for words in _COMMAND.findall(PAGE)} == {"system", "component", "rule", "stack"}


def test_what_was_added_is_in_the_graph_and_passes(copy: Path) -> None:
    shown = strata(copy, "preview shop-dev")
    assert "orders Queue" in shown
    assert "shop-dev passes" in shown
    assert "shop-dev can dead" not in shown
    for stack, added in ADDED.items():
        golden = (copy / f"tests/golden/stacks/{stack}.txt").read_text(encoding="utf-8")
        assert not [one for one in added if one not in golden], stack


def test_the_tests_that_hold_it_pass(copy: Path) -> None:
    python(
        copy, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *HELD_BY, "-k", " or ".join(ASKED)
    )


def test_what_was_written_is_in_style(copy: Path) -> None:
    written = [file for name in WRITTEN for file in copy.glob(name)]
    assert len(written) == 12
    names = [file.relative_to(copy).as_posix() for file in written]
    python(copy, "-m", "ruff", "check", *names)
    python(copy, "-m", "ruff", "format", "--check", *names)
