"""Where a deployed platform is asked for its health, with curl replaced by one that writes down its calls."""

import json
import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "delivery" / "integration.sh"


def ended(folder: Path, outputs: dict[str, str], kind: str = "application/json") -> subprocess.CompletedProcess[str]:
    tools = {
        "pulumi": f"echo {json.dumps(json.dumps(outputs))}",
        "curl": f'echo "$*" > "{folder}/asked"; echo "{kind}"',
    }
    for name, body in tools.items():
        tool = folder / name
        tool.write_text(f"#!/usr/bin/env bash\n{body}\n")
        tool.chmod(0o755)
    found = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "STACK": "mdreader-dev"}
    return subprocess.run([SCRIPT], env=found, check=False, capture_output=True, text=True, timeout=600)


def test_the_api_s_own_address_is_asked(tmp_path: Path) -> None:
    outputs = {"url": "https://example.com", "healthUrl": "https://api.example.com/ok"}
    assert ended(tmp_path, outputs).stdout == "https://api.example.com/ok answers\n"
    assert (tmp_path / "asked").read_text().split()[-1] == "https://api.example.com/ok"


def test_a_stack_that_tells_no_address_of_its_api_fails(tmp_path: Path) -> None:
    found = ended(tmp_path, {"url": "https://example.com"})
    assert (found.returncode, found.stderr[:39]) == (1, "mdreader-dev has no output healthUrl, t"[:39])
    assert not (tmp_path / "asked").exists()


def test_a_page_is_no_answer_of_an_api(tmp_path: Path) -> None:
    found = ended(tmp_path, {"healthUrl": "https://example.com/health"}, "text/html; charset=utf-8")
    assert found.returncode == 1
    assert "answers with a page" in found.stderr
