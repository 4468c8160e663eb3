"""Where a deployed platform is asked for its health, with curl replaced by one that writes down its calls."""

import json
import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "delivery" / "integration.sh"


def asked(folder: Path, outputs: dict[str, str]) -> str:
    """The address that the script asks."""
    tools = {"pulumi": f"echo {json.dumps(json.dumps(outputs))}", "curl": f'echo "$*" > "{folder}/asked"'}
    for name, body in tools.items():
        tool = folder / name
        tool.write_text(f"#!/usr/bin/env bash\n{body}\n")
        tool.chmod(0o755)
    found = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "STACK": "mdreader-dev"}
    subprocess.run([SCRIPT], env=found, check=True, capture_output=True, timeout=600)
    return (folder / "asked").read_text().split()[-1]


@pytest.mark.parametrize(
    ("outputs", "address"),
    [
        ({"url": "https://example.com"}, "https://example.com/health"),
        ({"url": "https://example.com", "healthUrl": "https://api.example.com/ok"}, "https://api.example.com/ok"),
    ],
)
def test_the_address_is_the_api_s_own_or_below_the_site(tmp_path: Path, outputs: dict[str, str], address: str) -> None:
    assert asked(tmp_path, outputs) == address
