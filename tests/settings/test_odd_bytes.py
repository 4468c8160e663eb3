"""``strata preview`` of files that are odd below the level of settings: lines of file and key, exit 2, nothing made."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analyser.faces.commands import cli
from tests.stacks import ROOT

PROD = "Pulumi.prod.yaml"
WHOLE = (ROOT / PROD).read_text(encoding="utf-8")
LAUGHS = "".join(
    f"{now}: &{now} [{', '.join([f'*{was}'] * 9)}]\n" for was, now in zip("abcdefgh", "bcdefghi", strict=True)
)


SIZE_KEY = "settings.database.storageGib"


def instead(old: str, new: str) -> str:
    """The stack file with one piece of its text replaced."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


SIZE, REGION, ENVIRONMENT = "storageGib: 1000", "aws:region: us-east-1", "strata:environment: prod"
DOMAIN = "domain: records.example.com"
KINDS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is not a mapping with a config key"),
    "comments alone": ("# nothing\n", "is not a mapping with a config key"),
    "a list": ("- config\n", "is not a mapping with a config key"),
    "text": ("config", "is not a mapping with a config key"),
    "config that is empty": ("config:\n", "aws:region: is required"),
    "config that is a list": ("config: [a]\n", "config: is not a mapping"),
    "UTF-16": (WHOLE.encode("utf-16"), "is not"),
    "UTF-32": (WHOLE.encode("utf-32"), "is not"),
    "Latin-1": (instead(DOMAIN, "domain: é").encode("latin-1"), "is not UTF-8 text"),
    "a zero byte": (WHOLE.encode() + b"\x00", "is not valid YAML: line"),
    "a bell": (instead(DOMAIN, "domain: \x07"), "is not valid YAML"),
    "a tab before a key": (instead("    domain:", "\tdomain:"), "is not valid YAML: line"),
    "lone surrogates": (instead(DOMAIN, 'domain: "\\ud800"'), "is not valid YAML"),
    "no end of a quote": (instead(DOMAIN, 'domain: "a'), "is not valid YAML: line"),
    "a key twice": (WHOLE + "  strata:system: records\n", "config.strata:system: line"),
    "a setting twice": (instead(f"    {DOMAIN}\n", f"    {DOMAIN}\n" * 2), "config.strata:settings.domain: line"),
    "two documents": (WHOLE + "---\nconfig: {}\n", "a second document begins"),
    "an object of Python": (instead(SIZE, "storageGib: !!python/object/apply:os.system [x]"), "storageGib: line"),
    "a tag": (instead(SIZE, "storageGib: !!int 1000"), "config.strata:settings.database.storageGib: line"),
    "a binary": (instead(SIZE, "storageGib: !!binary AAAA"), "config.strata:settings.database.storageGib: line"),
    "an alias of nothing": (instead(SIZE, "storageGib: *size"), "*size is no anchor"),
    "an alias of itself": (WHOLE + "  a: &a [*a]\n", "config.a[0]: line"),
    "many aliases": (f"a: &a [x, x, x, x, x, x, x, x, x]\n{LAUGHS}", "more than 10,000 values"),
    "deep nesting": ("config: " + "[" * 5000, "is nested more than 32 deep"),
    "deep mappings": ("config: " + "{a: " * 5000, "is nested more than 32 deep"),
    "a merge of text": (instead(SIZE, "<<: size"), "<< takes in mappings and nothing else"),
    "a key that is a list": (instead(SIZE, "[a, b]: 1"), "a key is text"),
    "a key that is a date": (instead(SIZE, "2026-01-01: 1"), "2026-01-01 is a date"),
    "a key that is true": (instead(SIZE, "true: 1"), "a key is text"),
    "a date": (instead(SIZE, "storageGib: 2026-01-01"), "is a date to Pulumi"),
    "infinity": (instead(SIZE, "storageGib: .inf"), ".inf is no number that a setting can have"),
    "no number": (instead(SIZE, "storageGib: .NaN"), ".NaN is no number that a setting can have"),
    "sexagesimal": (instead(SIZE, "storageGib: 16:40"), "settings.database.storageGib: '16:40' is not a whole number"),
    "octal": (instead(SIZE, "storageGib: 0o7"), "settings.database.storageGib: 7 is below 20"),
    "old octal": (instead(SIZE, "storageGib: 010"), "settings.database.storageGib: 8 is below 20"),
    "a huge number": (instead(SIZE, f"storageGib: {'9' * 5000}"), "settings.database.storageGib: '999"),
    "a large number": (instead(SIZE, "storageGib: 1e300"), "settings.database.storageGib: 1e+300 is"),
    "beyond 64 bits": (instead(SIZE, f"storageGib: {2**64 - 1}"), f"{SIZE_KEY}: 18446744073709551615 is"),
    "yes": (instead(ENVIRONMENT, f"{ENVIRONMENT}\n  strata:deletable: yes"), "deletable: 'yes' is not allowed"),
    "nothing": (instead(SIZE, "storageGib:"), "settings.database.storageGib: null is not a whole number"),
    "a template": (instead(DOMAIN, "domain: '{{ domain }}'"), "settings.domain: '{{ domain }}' is not a domain name"),
    "a variable": (instead(DOMAIN, "domain: ${DOMAIN}"), "settings.domain: '${DOMAIN}' has capitals"),
    "a secret for a number": (instead(SIZE, "storageGib: {secure: AAAB}"), f"{SIZE_KEY}: '[secret]' is"),
    "a secret for a region": (instead(REGION, "aws:region: {secure: AAAB}"), "aws:region: there is no region"),
    "a secret for all": ("config: {secure: AAAB}\n", "secure: unknown key"),
    "a misspelt region": (instead(REGION, "aws:regoin: us-east-1"), "aws:regoin: unknown key; did you mean region?"),
    "a misspelt provider": (instead(REGION, "asw:region: a"), "asw:region: unknown namespace; did you mean aws?"),
    "another project": (instead("strata:system", "stratus:system"), "stratus:system: unknown namespace; did you mean"),
    "another case": (instead("strata:system", "Strata:system"), "Strata:system: unknown namespace; did you mean"),
    "a key's case": (instead("storageGib", "StorageGiB"), "StorageGiB: unknown key; did you mean storageGib?"),
    "no namespace": (instead(REGION, ":region: us-east-1"), "config.:region: is no key of a configuration"),
    "a key of nobody": (instead(REGION, f"{REGION}\n  strata:a: 1"), "a: unknown key"),
    "a control character in a key": (instead(DOMAIN, '"dom\\u001bain": a'), "holds the control character U+001B"),
    "a line break in text": (instead(DOMAIN, 'domain: "a\\nb"'), "settings.domain: 'a\\nb' is not a domain name"),
    "text turned around": (instead(DOMAIN, "domain: \u202eabc"), "settings.domain: "),
    "a megabyte": ("#" * (1024 * 1024 + 1), "is larger than 1024 KiB"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("Pulumi.yaml", "__main__.py", PROD):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Previews prod, which is refused without a trace on disk, and says what was complained of."""

    def tell() -> list[str]:
        before = sorted(project.iterdir())
        assert cli.run(["preview", "prod"]) == 2
        assert sorted(project.iterdir()) == before
        said = capsys.readouterr()
        assert said.out == ""
        return said.err.splitlines()

    return tell


Told = Callable[[], list[str]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_odd_bytes(kind: str, project: Path, told: Told) -> None:
    text, said = KINDS[kind]
    (project / PROD).write_bytes(text if isinstance(text, bytes) else text.encode())
    lines = told()
    assert [line for line in lines if not line.startswith(f"{PROD}: ")] == []
    assert any(said in line for line in lines)
    assert [line for line in lines if len(line) > 1000 or (not line.isprintable() and "\u202e" not in line)] == []


@pytest.mark.parametrize(
    ("text", "kept"), [(WHOLE.replace("\n", "\r\n"), "CRLF"), ("\ufeff" + WHOLE, "a mark of order")]
)
def test_what_only_looks_odd_is_read_as_it_is_meant(text: str, kept: str, project: Path, told: Told) -> None:
    (project / PROD).write_bytes(text.replace(SIZE, "storageGib: 7").encode())
    assert told() == [f"{PROD}: settings.database.storageGib: 7 is below 20"]


def test_a_folder_a_loop_and_a_file_that_nobody_may_read(
    project: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / PROD).unlink()
    (project / PROD).mkdir()
    assert told() == [f"{PROD}: there is no such stack file; stacks here: none"]
    (project / PROD).rmdir()
    (project / PROD).symlink_to(project / PROD)
    assert told() == [f"{PROD}: there is no such stack file; stacks here: none"]
    (project / PROD).unlink()
    (project / PROD).write_text(WHOLE)
    monkeypatch.setattr(Path, "read_text", _refused)
    assert told() == ["Pulumi.yaml: cannot be read: Permission denied"]


def _refused(*_: object, **__: object) -> str:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "Pulumi.yaml: is not a mapping with name and runtime"),
        ("name: [", "Pulumi.yaml: is not valid YAML: line 2, column 1: "),
        ("name: strata\n", "Pulumi.yaml: runtime: is required"),
        ("name: strata\nruntime: {name: [go]}\n", "Pulumi.yaml: runtime: is no text"),
    ],
)
def test_a_project_file_that_is_broken(text: str, line: str, project: Path, told: Told) -> None:
    (project / "Pulumi.yaml").write_text(text)
    (said,) = told()
    assert said.startswith(line)
