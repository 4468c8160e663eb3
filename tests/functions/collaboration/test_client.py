"""The TypeScript client: its own tests, its types, its build and its lock."""

import json
import shutil
from pathlib import Path

import pytest

from tests import node
from tools.programs import MissingProgramError

pytestmark = pytest.mark.no_cover  # as of large pages


def test_the_clients_own_tests_pass() -> None:
    done = node.run("--test", "--test-reporter=tap", "tests/*.test.ts")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass 18\n" in done.stdout
    assert "\n# skipped 0\n" in done.stdout


def test_its_types_hold_and_it_can_be_built(tmp_path: Path) -> None:
    checked = node.run("tsc", "--noEmit")
    assert (checked.returncode, checked.stdout) == (0, "")
    built = node.run("tsc", "--project", "tsconfig.build.json", "--outDir", str(tmp_path / "dist"))
    assert (built.returncode, built.stdout) == (0, "")
    shutil.copy(node.CLIENT / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(node.CLIENT / "node_modules")
    exported = json.loads((tmp_path / "package.json").read_text())["exports"]["."]
    assert all((tmp_path / path).is_file() for path in exported.values())
    script = f"import({str(tmp_path / exported['default'])!r}).then((made) => console.log(Object.keys(made).join()))"
    assert node.run("--eval", script).stdout == "CollaborationError,CollaborationProvider\n"


def test_its_lock_names_hashes_and_no_registry() -> None:
    text = (node.CLIENT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert packages.pop("")["dependencies"].keys() == {"lib0", "y-protocols"}
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in "".join(json.dumps({**package, "funding": None}) for package in packages.values())


def test_it_is_not_published_and_brings_no_yjs_of_its_own() -> None:
    package = json.loads((node.CLIENT / "package.json").read_text())
    assert package["private"] is True
    assert package["peerDependencies"].keys() == {"yjs"}
    assert "yjs" not in package["dependencies"]


def test_a_registry_that_is_out_of_reach_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "client"
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(node.CLIENT / name, folder)
    monkeypatch.setattr(node, "CLIENT", folder)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(MissingProgramError, match=r"the client's packages cannot be installed: npm ci: .*ECONNREFUSED"):
        node.modules()
