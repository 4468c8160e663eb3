"""Digests of assets and archives, so that changed code is a changed input.

The digest of a file is SHA-256 of its bytes and that of a text of its UTF-8, as the engine writes them into a state
(``EnsureHash`` in https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/asset/asset.go, and in
``archive/archive.go`` for a zip). Of a folder it is one of names and contents, which no state has. What is not there
has an unknown digest: a build that was not run is no change.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyser.graph import Node
from analyser.run.property_bags import Asset
from policy.unknown import UNKNOWN

HASH = "hash"
"""The member that holds the digest, as in a state."""


def with_contents(node: Node, root: Path) -> Node:
    """A resource in whose inputs each asset has its digest. Paths are those from ``root``."""
    held = {key: _held(value, root) for key, value in node.inputs.items() if _has_assets(value)}
    return replace(node, inputs={**node.inputs, **held}) if held else node


def _has_assets(value: Any) -> bool:
    members: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, Asset) or any(map(_has_assets, members))


def _held(value: Any, root: Path) -> Any:
    if isinstance(value, Asset):
        members = {key: _held(member, root) for key, member in value.items()}
        digest = _digest(value, root)
        return Asset(value.signature, members if digest is None else {**members, HASH: digest})
    if isinstance(value, dict):
        return {key: _held(member, root) for key, member in value.items()}
    return [_held(item, root) for item in value] if isinstance(value, list) else value


def _digest(asset: Asset, root: Path) -> Any:
    """The digest; None for what others make up, which have theirs, and for what is elsewhere."""
    if isinstance(text := asset.get("text"), str):
        return hashlib.sha256(text.encode()).hexdigest()
    if not isinstance(named := asset.get("path"), str):
        return None
    path = root / named
    if path.is_dir():
        return _of_folder(path)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else UNKNOWN


def _of_folder(folder: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(
            f"{file.relative_to(folder).as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
        )
    return found.hexdigest()
