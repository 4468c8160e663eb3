"""Asks which of the locked packages have known vulnerabilities: ``build/audit/bin/python -m tools.audit``.

Exit status 0 when none has, 1 when one has. What nobody could tell of is said, and is 0 too, or 1 with ``--strict``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

LOCKS = (
    "requirements.txt",
    "tools/audit.txt",
    "tools/emulator.txt",
    "functions/collaboration/requirements-server.txt",
    "functions/mdreader_backend/requirements.txt",
    "functions/migrate_database/requirements.txt",
    "services/records/requirements.txt",
)
_PIP_AUDIT = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
"""Installs and resolves nothing: the locks are asked about as they are."""


def main(arguments: list[str]) -> int:
    """Runs pip-audit over every lock and says what it found, a line a vulnerability."""
    locks = [part for lock in LOCKS for part in ("--requirement", lock)]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *_PIP_AUDIT, *locks], capture_output=True, text=True, check=False
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        print(f"not audited: {last}; try again with a network")
        return int("--strict" in arguments)
    return _tell(packages, strict="--strict" in arguments)


def _tell(packages: list[dict[str, Any]], *, strict: bool) -> int:
    vulnerable = [
        f"{each['name']} {each['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no release'}"
        for each in packages
        for found in each.get("vulns", ())
    ]
    unknown = [each["name"] for each in packages if "vulns" not in each]
    for line in vulnerable:
        print(line)
    if unknown:
        print(f"not audited: {len(unknown)} of {len(packages)} packages, which the registry here tells nothing of")
    print(f"{len(vulnerable)} known vulnerabilities in {len(packages) - len(unknown)} packages")
    return int(bool(vulnerable) or (strict and bool(unknown)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
