"""Set-up with every Python here, the pip it brought, the oldest and the newest: ``make setups``.

The registry is a folder that has a newer release of all that the lock names, pip and setuptools among them. Beside the
made-up packages the lock has the real pip and setuptools of requirements.txt, which are fetched once. The whole of
requirements.txt is installed by the set-up that runs this.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.registry import Registry, with_newer_releases
from tools import virtualenv
from tools.locked import packages
from tools.pip import SetupError
from tools.virtualenv import Environment

ROOT = Path(__file__).resolve().parents[2]
OLD = Path(__file__).with_name("old_pip.txt")
REAL = [each for each in packages(ROOT / "requirements.txt").values() if each.name in ("pip", "setuptools")]
VERSIONS = {each.name: each.version for each in REAL}


def pythons() -> dict[str, str]:
    """A Python a version: this one, and those of the path and of pyenv."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin"))
    found = {"{}.{}".format(*sys.version_info): getattr(sys, "_base_executable", sys.executable)}
    for version in ("3.11", "3.12", "3.13", "3.14"):
        for python in (folder / f"python{version}" for folder in folders if "shims" not in folder.parts):
            if python.exists() and not virtualenv._inspect(str(python))[1]:
                found.setdefault(version, str(python))
    return dict(sorted(found.items()))


FOUND = pythons()
CASES = [(version, pip) for version in FOUND for pip in ("as brought", VERSIONS["pip"])]
CASES += [("3.11", "22.3")] if "3.11" in FOUND else []
OTHERS = {min(FOUND), max(FOUND)} - {"{}.{}".format(*sys.version_info)}
"""The oldest and the newest, but for this one, in which ``make test`` installs the emulator."""


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real wheels, from whatever registry this machine's pip knows."""
    folder = tmp_path_factory.mktemp("wheels")
    lock = folder / "lock.txt"
    lock.write_text("\n".join(each.text for each in REAL))
    for requirements in (lock, OLD):
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "-r",
            requirements,
        ]
        subprocess.run([*command, "--dest", folder], check=True)
    return folder


@pytest.fixture
def lock(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the registry, the only one there is, must be asked for: none of it is the newest that it has."""
    registry = Registry(tmp_path / "registry")
    entries = [*with_newer_releases(registry), registry.source("fourth", "1.0")]
    registry.source("fourth", "99.0")
    for each in REAL:
        registry.wheel(each.name, "99.0")
        wheel = next(wheels.glob(f"{each.name}-{each.version}-*.whl"))
        registry.put(each.name, wheel.name, wheel.read_bytes())
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_INDEX_URL", registry.address)
    path = tmp_path / "lock.txt"
    path.write_text("\n".join([*entries, *(each.text for each in REAL)]) + "\n")
    return path


def made(lock: Path, wheels: Path, version: str, pip: str) -> Environment:
    """An empty virtualenv of a Python, with a pip."""
    environment = Environment(lock.parent / ".venv", lock)
    virtualenv.create(environment, FOUND[version], version)
    if pip != "as brought":
        wheel = next(wheels.glob(f"pip-{pip}-*.whl"))
        command = [environment.python, "-m", "pip", "install", "--quiet", "--no-index", wheel]
        subprocess.run(command, check=True)
    return environment


@pytest.mark.parametrize(("version", "pip"), CASES)
def test_only_what_is_locked_is_installed(lock: Path, wheels: Path, version: str, pip: str) -> None:
    environment = made(lock, wheels, version, pip)
    virtualenv.fill(environment)
    site = next(environment.folder.glob("lib/python*/site-packages"))
    found = dict(each.name[: -len(".dist-info")].split("-") for each in site.glob("*.dist-info"))
    assert found == {"first": "1.0", "second": "1.0", "third": "1.0", "fourth": "1.0", **VERSIONS}


@pytest.mark.parametrize("version", OTHERS)
def test_the_emulators_own_packages_are_installed_and_it_is_there(version: str, tmp_path: Path) -> None:
    """What ``make local`` installs beside the virtualenv, from whatever registry this machine's pip knows."""
    environment = Environment(tmp_path / "emulator", ROOT / "tools" / "emulator.txt")
    virtualenv.ensure(environment, FOUND[version])
    subprocess.run([environment.python, "-m", "pip", "check"], check=True)
    subprocess.run([environment.python, "-c", "import ministack.app"], check=True, cwd=tmp_path)


def test_the_registry_is_one_that_a_set_up_which_resolves_fails_at(lock: Path, wheels: Path) -> None:
    lock.write_text(
        "\n".join(each.text for each in packages(lock).values() if each.name in ("first", "second", "third"))
    )
    environment = made(lock, wheels, min(FOUND), "as brought")
    command = [environment.python, "-m", "pip", "install", "--require-hashes", "--requirement", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "second[toml]>=1" in done.stderr


def test_what_the_registry_lacks_is_named(lock: Path, wheels: Path) -> None:
    lock.write_text(f"first==2.0 --hash=sha256:{'0' * 64}\n")
    environment = made(lock, wheels, max(FOUND), VERSIONS["pip"])
    with pytest.raises(SetupError, match=r"^the registry or mirror does not have first==2\.0 for this Python"):
        virtualenv.fill(environment)


def test_nobody_answers_is_one_line(
    lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    lock.write_text(f"first==1.0 --hash=sha256:{'0' * 64}\n")
    assert virtualenv.main([str(lock.parent / ".venv"), str(lock)]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("set-up stopped: no package registry answers; try again with a network")
