"""A place for one stack's deployment: state, Pulumi's home, plugins and the stack file, all in one folder.

Nothing outside the folder is written to: not the user's login, nor his stacks, nor `Pulumi.<stack>.yaml`.
"""

import copy
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Self

PULUMI = "pulumi"
STANDINS = ("aws", "kubernetes", "random")
_EKS = "pulumi-resource-eks"
# As if in another terminal of somebody who has nothing configured.
_FOREIGN = ("PULUMI_", "AWS_", "KUBE")


class MissingError(Exception):
    """Something that has to be installed is not."""


class Workspace:
    """The folder, and the environment in which Pulumi's CLI keeps to it."""

    def __init__(self, root: Path, stack: str, folder: Path) -> None:
        self.root = root
        self.stack = stack
        self.folder = folder
        self.events = folder / "events.jsonl"
        for name in ("state", "home", "plugins", "project"):
            (folder / name).mkdir()
        for name in ("Pulumi.yaml", self.stack_file.name):
            shutil.copy(root / name, folder / "project")
        for package in STANDINS:
            _write_standin(root, package, folder / "plugins" / f"pulumi-resource-{package}")
        (folder / "plugins" / _EKS).symlink_to(eks_provider())

    def beside(self, stack: str) -> Self:
        """Another stack of the same state, which this one can read."""
        other = copy.copy(self)
        other.stack = stack
        shutil.copy(self.root / other.stack_file.name, self.folder / "project")
        return other

    @property
    def stack_file(self) -> Path:
        """The copy of `Pulumi.<stack>.yaml`, which Pulumi adds its salt and changes of settings to."""
        return self.folder / "project" / f"Pulumi.{self.stack}.yaml"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command."""
        own = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
        return own | {
            "PATH": f"{self.folder / 'plugins'}{os.pathsep}{os.environ.get('PATH', '')}",
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "of a stack that is thrown away",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # without which there is no --event-log
            # pulumi-eks asks for credentials when it makes a kubeconfig; the stand-ins do not.
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def pulumi_cli() -> str:
    """Where Pulumi's CLI is. Raises MissingError where there is none."""
    found = shutil.which(PULUMI)
    if found is None:
        raise MissingError("pulumi is not on PATH: https://www.pulumi.com/docs/install/ (or: brew install pulumi)")
    return found


def eks_provider(environment: Mapping[str, str] = os.environ) -> Path:
    """Where pulumi-eks's provider is: on PATH, or among the user's plugins. Raises MissingError where there is none."""
    found = shutil.which(_EKS, path=environment.get("PATH", ""))
    if found is not None:
        return Path(found).absolute()
    number = version("pulumi-eks")
    home = Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
    plugin = home / "plugins" / f"resource-eks-v{number}" / _EKS
    if not plugin.is_file():
        raise MissingError(f"{_EKS} is missing: pulumi plugin install resource eks {number}")
    return plugin


def _write_standin(root: Path, package: str, path: Path) -> None:
    command = shlex.join([sys.executable, "-m", "tests.engine.provider", package])
    path.write_text(f"#!/bin/sh\ncd {shlex.quote(str(root))} && exec {command}\n", encoding="utf-8")
    path.chmod(0o755)
