"""`strata new` writes whole files that fit together, or nothing."""

import ast
import re
import shutil
from pathlib import Path

import pytest
import yaml

from analyser.faces import scaffold
from analyser.faces.commands import cli
from analyser.faces.scaffold import begin, stack_like
from tests.stacks import ROOT

LISTS = ("README.md", "docs/README.md", "docs/inventory/purposes.yaml", "strata-policy.yaml")
LIKE = "Pulumi.collaboration-dev.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with what is added to, and nothing else."""
    for file in (*LISTS, LIKE, "Pulumi.yaml", "components/data/__init__.py", "systems/foundation.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "room"),
    [("system book_store", ""), ("system zoo", ""), ("component print_queue", "data"), ("rule keeps_messages", "")],
)
def test_what_is_written_is_whole(root: Path, words: str, room: str) -> None:
    begun = begin(root, *words.split(), room)
    for file in begun.files:
        text = (root / file).read_text(encoding="utf-8")
        if file not in LISTS:
            assert not re.search(r"\$(?!schema)|__(name|kebab|room)__", f"{file} {text}"), file
        if file.endswith(".py"):
            ast.parse(text)
            imported = re.findall(r"^from (systems\S+)", text, re.MULTILINE)
            assert imported == sorted(imported), file
        if file.endswith(".yaml"):
            yaml.safe_load(text)
    assert not any("$" in line for line in begun.next)


def test_a_system_stands_in_every_list(root: Path) -> None:
    begin(root, "system", "book_store")
    front, pages, stores, exempt = ((root / file).read_text(encoding="utf-8") for file in LISTS)
    rows = [line for line in front.splitlines() if line.startswith("| [")]
    assert "| [book_store](docs/systems/book_store.md) | `book-store-dev` | Book store |" in rows
    assert "(systems/book_store.md)" in pages
    assert "(settings/book_store.md)" in pages
    assert yaml.safe_load(exempt)["exemptions"][-1]["where"] == {"strata:system": "book_store"}
    assert {store["store"] for store in yaml.safe_load(stores)["book_store"]} >= {"items-table", "users-pool"}


def test_a_stack_is_like_another_but_for_the_word_that_tells_them_apart(root: Path) -> None:
    assert stack_like(root, "collaboration-test", "collaboration-dev").files == ["Pulumi.collaboration-test.yaml"]
    before, after = (
        yaml.safe_load((root / file).read_text(encoding="utf-8"))["config"]
        for file in (LIKE, "Pulumi.collaboration-test.yaml")
    )
    assert after["strata:environment"] == before["strata:environment"] == "dev"
    assert after["strata:settings"]["domainName"] == "test.collaborate.example.com"
    assert after["aws:defaultTags"]["tags"]["stack"] == "collaboration-test"
    assert "promotesTo" in before["strata:delivery"]
    assert "promotesTo" not in after["strata:delivery"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("system Shop", "'Shop' is no name: lower-case letters, digits and single underscores, a letter first"),
        (f"system {'a' * 41}", "is no name"),
        ("system class", "'class' is a keyword of Python"),
        ("system foundation", "systems/foundation.py is a module that the systems share"),
        ("component queue", "say with --room which folder of components/ it belongs in"),
        ("rule queue --room data", "--room is for a component"),
        ("component queue --room date", "components/ has no room 'date'; one of: data"),
        ("stack shop_dev --like collaboration-dev", "'shop_dev' is no stack's name"),
        ("stack shop", "say with --like which stack it begins as"),
        ("stack shop-dev --like shop", "there is no Pulumi.shop.yaml to be like"),
        ("stack shop-dev --like collaboration-dev", "its last word is that of collaboration-dev"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    root: Path, words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(root)
    assert cli.run(["new", *words.split()]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"strata: new {' '.join(words.split()[:2])}: ")
    assert said in line
    assert files(root) == before


def test_nothing_is_written_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "tests/policy/rules/test_keeps_messages.py"
    file.parent.mkdir(parents=True)
    file.write_text("mine\n")
    before = files(root)
    assert cli.run(["new", "rule", "keeps_messages"]) == 2
    assert "tests/policy/rules/test_keeps_messages.py: there already" in capsys.readouterr().err
    assert files(root) == before


def test_every_template_is_of_a_kind() -> None:
    kinds = {file.relative_to(scaffold.TEMPLATES).parts[0] for file in scaffold.TEMPLATES.rglob("*.txt")}
    assert kinds == {"system", "component", "rule"}


def files(root: Path) -> dict[str, str]:
    return {file.as_posix(): file.read_text(encoding="utf-8") for file in root.rglob("*") if file.is_file()}
