"""The set-up on the Python that runs the tests, from a registry on the local disk."""

import json
import os
import shutil
import sys
import venv
from pathlib import Path

import pip
import pytest

from tests.tools.registry import Registry, with_newer_releases
from tools import virtualenv
from tools.pip import SetupError
from tools.virtualenv import Environment

pytestmark = pytest.mark.long

HERE = "{}.{}".format(*sys.version_info)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The only registry that pip knows."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    served = Registry(tmp_path / "registry")
    monkeypatch.setenv("PIP_INDEX_URL", served.address)
    return served


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtualenvs get the pip of the one that runs the tests, compiled as it is, instead of what ensurepip unpacks."""
    site = Path(pip.__file__).parent.parent

    def create(environment: Environment, python: str, version: str) -> None:
        shutil.rmtree(environment.folder, ignore_errors=True)
        venv.create(environment.folder, symlinks=True)
        there = next(environment.folder.glob("lib/python*/site-packages"))
        for part in (Path(pip.__file__).parent, *site.glob("pip-*.dist-info")):
            (there / part.name).symlink_to(part)
        sys.stderr.write(f"made with Python {version}\n")

    monkeypatch.setattr(virtualenv, "create", create)


def environment(folder: Path, *entries: str) -> Environment:
    lock = folder / "lock.txt"
    lock.write_text("\n".join(entries) + "\n")
    return Environment(folder / "place" / ".venv", lock)


def versions(made: Environment) -> dict[str, str]:
    site = next(made.folder.glob("lib/python*/site-packages"))
    found = (each.name[: -len(".dist-info")].split("-") for each in site.glob("*.dist-info"))
    return {name: version for name, version in found if name not in ("pip", "setuptools")}


def test_it_is_made_from_the_lock_once_and_again_when_it_is_not_what_it_was(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_that_put_packages_elsewhere(tmp_path, monkeypatch)
    made = environment(tmp_path, *with_newer_releases(registry))
    virtualenv.ensure(made)
    assert versions(made) == {"first": "1.0", "second": "1.0", "third": "1.0"}
    assert not (tmp_path / "target").exists()
    told = capsys.readouterr().err
    assert told.startswith(f"made with Python {HERE}\nfetching 1/3 first 1.0\n")
    assert "\ninstalling 3/3 " in told
    assert not made.log.exists()

    virtualenv.ensure(made)
    assert capsys.readouterr().err == ""

    # Another lock.
    before, newer = made.lock.read_text(), registry.wheel("fourth", "2.0")
    made.lock.write_text(before + newer + "\n")
    assert virtualenv._state(made, None) == "absent"
    made.lock.write_text(before)
    assert virtualenv._state(made, None) == "ready"

    # Its Python went away.
    its = made.python.readlink()
    made.python.unlink()
    made.python.symlink_to(tmp_path / "uninstalled")
    assert virtualenv._state(made, None) == "absent"
    made.python.unlink()
    made.python.symlink_to(its)
    assert virtualenv._state(made, None) == "ready"

    # Moved: scripts name the folder that they were installed to.
    moved = made._replace(folder=tmp_path / "elsewhere" / ".venv")
    (tmp_path / "elsewhere").mkdir()
    made.folder.rename(moved.folder)
    assert virtualenv._state(moved, None) == "absent"
    moved.folder.rename(made.folder)
    assert virtualenv._state(made, None) == "ready"

    # Interrupted: the stamp is not there yet, and what is there may be half of something.
    (made.folder / ".ready").unlink()
    shutil.rmtree(next(made.folder.glob("lib/python*/site-packages/second-*.dist-info")))
    assert virtualenv._state(made, None) == "absent"

    # Whatever it lacks, and here it is all of that, it is made anew.
    made.folder.rename(moved.folder)
    moved.python.unlink()
    moved.python.symlink_to(tmp_path / "uninstalled")
    moved.lock.write_text(before + newer + "\n")
    virtualenv.ensure(moved)
    assert versions(moved) == {"first": "1.0", "second": "1.0", "third": "1.0", "fourth": "2.0"}
    assert str(moved.folder) in (moved.folder / "bin" / "activate").read_text()
    assert capsys.readouterr().err != ""


def settings_that_put_packages_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip reads from the environment and must not."""
    monkeypatch.setenv("PIP_TARGET", str(folder / "target"))
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PYTHONPATH", str(folder / "shadow"))
    (folder / "shadow").mkdir()
    (folder / "shadow" / "pip.py").write_text("raise SystemExit('shadowed')")


def test_a_wheel_that_is_not_the_locked_one_stops_it_in_one_line(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What else pip stops at is told by the same way: ``test_pip`` and, with a registry, ``make setups``."""
    entry = registry.wheel("first", "1.0")
    registry.wheel("first", "1.0", ["second"])
    made = environment(tmp_path, entry)
    assert virtualenv.main([str(made.folder), str(made.lock)]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("set-up stopped: first==1.0 as the registry sends it is not what the lock names")
    assert "DO NOT MATCH" in made.log.read_text()
    assert not (made.folder / ".ready").exists()


def test_a_lock_that_does_not_fit_together_or_lacks_something_stops_it(registry: Registry, tmp_path: Path) -> None:
    """What it lacks is not looked up, though the registry has it."""
    entries = [registry.wheel("first", "1.0", ["second>=2"]), registry.wheel("second", "1.0")]
    made = environment(tmp_path, *entries, registry.wheel("third", "1.0", ["fourth"]))
    registry.wheel("fourth", "1.0")
    with pytest.raises(SetupError) as stopped:
        virtualenv.ensure(made)
    lines = [line for line in made.log.read_text().splitlines() if " has requirement " in line or " requires " in line]
    assert [line.partition(", ")[0] for line in sorted(lines)] == [
        "first 1.0 has requirement second>=2",
        "third 1.0 requires fourth",
    ]
    assert str(stopped.value).startswith(f"pip failed: {lines[0]}")
    assert versions(made) == {"first": "1.0", "second": "1.0", "third": "1.0"}
    assert not (made.folder / ".ready").exists()


def python(path: Path, version: str, *, ensurepip: bool = True) -> str:
    """Something that answers as a Python of that version does."""
    path.write_text(
        f'#!/bin/sh\ncase "$*" in *ensurepip*) exit {0 if ensurepip else 1};; *version_info*) echo {version};; esac\n'
    )
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_given_must_do(tmp_path: Path) -> None:
    assert virtualenv.choose(python(tmp_path / "new", "3.14")) == (str(tmp_path / "new"), "3.14")
    with pytest.raises(SetupError, match=r"^Python 3\.11 to 3\.14 is needed and \S+old is 3\.9; name another"):
        virtualenv.choose(python(tmp_path / "old", "3.9"))
    with pytest.raises(SetupError, match=r"lacks ensurepip; on Debian and Ubuntu: apt-get install python3\.12-venv"):
        virtualenv.choose(python(tmp_path / "bare", "3.12", ensurepip=False))
    with pytest.raises(SetupError, match=r"nowhere does not run"):
        virtualenv.choose(str(tmp_path / "nowhere"))


def test_without_one_the_newest_that_does_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_base_executable", python(tmp_path / "python3", "3.9"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    python(tmp_path / "python3.14", "3.14", ensurepip=False)
    python(tmp_path / "python3.13", "3.13")
    python(tmp_path / "python3.12", "3.12")
    assert virtualenv.choose(None) == ("python3.13", "3.13")
    for version in ("3.13", "3.12", "3.11"):
        python(tmp_path / f"python{version}", version, ensurepip=False)
    with pytest.raises(SetupError, match=r"^python3\.14 lacks ensurepip"):
        virtualenv.choose(None)


def test_another_python_than_what_is_there_makes_it_anew(tmp_path: Path) -> None:
    made = environment(tmp_path)
    (made.folder / "bin").mkdir(parents=True)
    python(made.python, "3.12")
    (made.folder / ".ready").write_text(json.dumps(made.stamp("3.12")))
    assert virtualenv._state(made, None) == "ready"
    assert virtualenv._state(made, python(tmp_path / "same", "3.12")) == "ready"
    assert virtualenv._state(made, python(tmp_path / "other", "3.13")) == "absent"
    python(made.python, "3.13")  # what it points to has become another
    assert virtualenv._state(made, None) == "absent"


def test_what_has_no_hash_is_not_installed(registry: Registry, tmp_path: Path) -> None:
    registry.wheel("first", "1.0")
    made = environment(tmp_path, "first==1.0")
    with pytest.raises(SetupError, match=r"^pip failed: Hashes are required"):
        virtualenv.ensure(made)
