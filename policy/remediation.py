"""Remediation: sets one value in the properties sent by the engine; secrets and unknown values stay as sent."""

from typing import Any

from policy.decode import content_of
from policy.resources import split_path


def set_value(struct: Any, path: str, value: str) -> bool:
    """Set the text at the path of a protobuf Struct, a missing map on the way made; whether that changed anything.

    A secret on the way stays one. Where the way leads through a list or through what is not known, nothing is set.
    """
    *way, last = map(str, split_path(path))
    target = struct
    for step in way:
        found = content_of(target.fields[step])
        if found.WhichOneof("kind") not in (None, "null_value", "struct_value"):
            return False
        target = found.struct_value
    if content_of(target.fields[last]).string_value == value:
        return False
    target.fields[last].string_value = value
    return True
