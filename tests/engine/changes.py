"""A change of each stack that its runbook describes: a release, what it is in a stack without images, a promotion."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from settings.recovery import recovery_of
from settings.stackfile import read

_NEXT = "1.1.0"
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/collaboration-server:v1.1.0"


def change(root: Path, stack: str) -> dict[str, str]:
    """The settings to change, by their paths in the stack file, to new values."""
    config = read(root, stack).config
    if recovery_of(config) is not None:
        return {"strata:settings.recovery.promoted": "true"}
    settings = json.loads(config["strata:settings"])
    tags = dict.fromkeys(_tags(settings, "strata:settings"), _NEXT)
    if tags:
        return tags
    if config["strata:system"] == "collaboration":
        return {"strata:settings.containerImage": _IMAGE}
    return {"strata:settings.functions.search.reservedConcurrency": "150"}


def _tags(value: Any, at: str) -> Iterator[str]:
    """The paths of the images' tags; a tag by which costs are told apart is a mapping."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key == "tag" and isinstance(member, str):
                yield f"{at}.{key}"
            else:
                yield from _tags(member, f"{at}.{key}")
