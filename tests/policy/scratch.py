"""A Pulumi program in a folder of its own, and what docs/policy-pack.md says to do there.

The page's commands are run as they stand. Two programs of the path are stand-ins: `pulumi` is the engine's side alone
(tests/policy/engine/preview.py), and a virtualenv that `python3` makes sees the packages of this one, since there is no
registry: not Strata's own modules, and not the pack.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from policy.clock import today
from tests.stacks import ROOT

PAGE = ROOT / "docs" / "policy-pack.md"
DATABASE = {
    "type": "aws:rds/instance:Instance",
    "name": "db",
    "inputs": {"storageEncrypted": False, "backupRetentionPeriod": 10, "multiAz": False, "engine": "postgres"},
}
"""A database that the page's configuration speaks of."""
FOUND = {"rds-encrypted": "MANDATORY", "rds-multi-az": "MANDATORY", "rds-deletion-protection": "MANDATORY"}
"""What the pack says of it by its defaults, as far as the page speaks of it."""
CONFIGURED = {"rds-encrypted": "ADVISORY", "rds-backups": "MANDATORY"}
"""The same by the page's configuration."""
_STEP = re.compile(r"(?:^`(?P<file>[^`\n]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_VENV = """#!/bin/sh
PYTHON={python}
[ "$2" = venv ] || exec "$PYTHON" "$@"
"$PYTHON" -m venv --without-pip "$3"
for packages in "$3"/lib/python*/site-packages; do echo {packages} > "$packages/registry.pth"; done
"""
_PULUMI = '#!/bin/sh\nPYTHONPATH={root} exec {python} -P -m tests.policy.engine.preview "$@"\n'


@dataclass(frozen=True)
class Step:
    """A block of the page: commands, or what a file holds."""

    text: str
    file: str | None = None


def steps(heading: str) -> list[Step]:
    """The blocks under one heading of the page, in order. Raises ValueError where there is no such heading."""
    text = PAGE.read_text(encoding="utf-8")
    start = re.search(rf"^##+ {re.escape(heading)}$", text, re.MULTILINE)
    if start is None:
        raise ValueError(f"{PAGE.name}: no heading {heading}")
    end = re.compile(r"^##+ ", re.MULTILINE).search(text, start.end())
    found = _STEP.finditer(text, start.end(), end.start() if end else len(text))
    return [Step(each["text"], each["file"]) for each in found]


def levels(answer: Mapping[str, Any]) -> dict[str, str]:
    """The levels of what is told of rules that the page's configuration names."""
    told = {each["policyName"]: each["enforcementLevel"] for each in answer["diagnostics"]}
    return {rule: told[rule] for rule in (*FOUND, "rds-backups") if rule in told}


class Scratch:
    """A program of another language, of which no more is needed than its name and what it registers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "shop"
        self.tools = folder / "tools"
        self.folder.mkdir()
        self.tools.mkdir()
        self.write("Pulumi.yaml", "name: shop\nruntime: nodejs\n")
        packages = sysconfig.get_path("purelib")
        self._tool("python3", _VENV.format(python=shlex.quote(sys.executable), packages=shlex.quote(packages)))
        self._tool("pulumi", _PULUMI.format(root=shlex.quote(str(ROOT)), python=shlex.quote(sys.executable)))

    def registers(self, *resources: dict[str, Any]) -> None:
        """The program registers these: type, name and inputs of each."""
        self.write("resources.json", json.dumps(resources))

    def follow(self, heading: str) -> dict[str, Any]:
        """Do what stands under a heading; what the pack says of the program where Pulumi is run last, else nothing."""
        printed = ""
        for step in steps(heading):
            if step.file:
                self.write(step.file, step.text)
            else:
                printed = self.run(step.text)
        return json.loads(printed) if printed.startswith("{") else {}

    def preview(self, pack: str) -> dict[str, Any]:
        """What the pack says of the program."""
        return json.loads(self.run(f"pulumi preview --policy-pack {pack}"))

    def run(self, commands: str) -> str:
        """What commands of a shell print in the program's folder, where STRATA names this checkout.

        A preview that the pack stops has answered. Raises AssertionError where another command fails.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "PIP_", "PY"))}
        environment |= {
            "PATH": f"{self.tools}{os.pathsep}{environment['PATH']}",
            "STRATA": str(ROOT),
            "MAKEFLAGS": " -- READY=",  # this checkout is set up, and without a registry cannot be anew
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", commands],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and not done.stdout.startswith("{"):
            raise AssertionError(f"{commands}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, name: str, text: str) -> None:
        """Write a file of the program; a last day that a page names is one to come."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = re.sub(r"expires: \S+", f"expires: {today() + timedelta(days=30)}", text)
        file.write_text(text, encoding="utf-8")

    def _tool(self, name: str, script: str) -> None:
        file = self.tools / name
        file.write_text(script, encoding="utf-8")
        file.chmod(0o755)
