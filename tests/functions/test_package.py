"""The zip of the functions' dependencies: the same files give the same bytes."""

import importlib.util
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "functions" / "package.py"


@pytest.fixture(scope="module")
def package() -> Any:
    spec = importlib.util.spec_from_file_location("package_functions", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.package


def tree(root: Path, names: list[str], time: int) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {Path(name).name}\n")
        os.utime(root / name, (time, time))
    return root


def test_time_order_and_compiled_files_do_not_matter(package: Any, tmp_path: Path) -> None:
    names = ["python/jwt/api.py", "python/_cffi.so", "python/a.py"]
    package(tree(tmp_path / "one", names, 1_700_000_000), tmp_path / "one.zip")
    later = tree(
        tmp_path / "two",
        [*reversed(names), "python/__pycache__/a.pyc", "python/bin/tool", "python/a.dist-info/RECORD"],
        1_800_000_000,
    )
    (later / "python" / "a.py").chmod(0o600)
    package(later, tmp_path / "dist" / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "dist" / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == sorted(names)
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_an_empty_folder_is_a_mistake(package: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no files"):
        package(tmp_path, tmp_path / "zip")
