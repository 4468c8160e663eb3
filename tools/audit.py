"""Asks which of the locked packages have known vulnerabilities: ``build/audit/bin/python -m tools.audit``.

Exit status 0 none, or nobody to ask, which is said; 1 some, or with ``--strict`` nobody to ask.
"""

from __future__ import annotations

import subprocess
import sys

LOCKS = ("requirements.txt", "tools/audit.txt", "functions/collaboration/requirements-server.txt")
_NOBODY = ("ConnectionError", "ServiceError", "Max retries exceeded", "NameResolutionError", "Timeout", "HTTPError")


def main(arguments: list[str]) -> int:
    """Runs pip-audit over every lock; it installs and resolves nothing."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    for lock in LOCKS:
        command += ["--requirement", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and any(sign in done.stderr for sign in _NOBODY):
        print("not audited: the service that knows vulnerabilities does not answer; try again with a network")
        return 1 if "--strict" in arguments else 0
    print(done.stdout + done.stderr, end="")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
