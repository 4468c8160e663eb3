"""What is said of vulnerabilities, and that nobody's answer is not taken for none."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import audit

ROOT = Path(__file__).resolve().parents[2]
SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
BAD = {"name": "bad", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
WORSE = {"name": "worse", "version": "3.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "lines", "status", "strict"),
    [
        ([SOUND], ["0 known vulnerabilities in 1 packages"], 0, 0),
        (
            [SOUND, BAD, WORSE],
            [
                "bad 2.0: PYSEC-1, mended in 2.1",
                "worse 3.0: PYSEC-2, mended in no release",
                "2 known vulnerabilities in 3 packages",
            ],
            1,
            1,
        ),
        (
            [SOUND, UNKNOWN],
            [
                "not audited: 1 of 2 packages, which the registry here tells nothing of",
                "0 known vulnerabilities in 1 packages",
            ],
            0,
            1,
        ),
        (None, ["not audited: ConnectionError: no route; try again with a network"], 0, 1),
    ],
)
def test_what_is_said(
    packages: list[dict[str, Any]] | None,
    lines: list[str],
    status: int,
    strict: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = "" if packages is None else json.dumps({"dependencies": packages, "fixes": []})
    done = subprocess.CompletedProcess([], 1, out, "Traceback\nConnectionError: no route\n")
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: done)
    assert audit.main([]) == status
    assert capsys.readouterr().out.splitlines() == lines
    assert audit.main(["--strict"]) == strict


def test_every_lock_is_asked_about() -> None:
    locks = {str(path.relative_to(ROOT)) for path in ROOT.glob("**/*.txt") if "--hash=" in path.read_text()[:9999]}
    locks = {lock for lock in locks if not lock.startswith((".venv", "build", "tests"))}
    # What the functions' layer holds is a part of what the server holds.
    assert locks - {"functions/collaboration/requirements.txt"} == set(audit.LOCKS)
