"""What Pulumi's engine really called the pack with; recorded/README.md says when."""

import functools
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.json_format import ParseDict
from pulumi.runtime.proto import analyzer_pb2 as wire

from policy.model import UNKNOWN, Graph, Resource
from tests.policy.engine.calls import Calls
from tests.policy.engine.process import SECRET_SIGNATURE, SIGNATURE, UNKNOWN_STRING

FOLDER = Path(__file__).with_name("recorded")
NAMES = ("dev-first-preview", "dev-first-preview-targeted", "dev-up", "dev-changed-preview")
STACK = "dev"


@dataclass(frozen=True)
class Recording:
    """The requests as JSON: those of Analyze in order, and the resources of the one AnalyzeStack."""

    analyze: list[dict[str, Any]]
    stack: list[dict[str, Any]]

    def calls(self) -> Calls:
        """The same as messages."""
        resources = [ParseDict(each, wire.AnalyzerResource(), ignore_unknown_fields=True) for each in self.stack]
        return Calls(
            [ParseDict(each, wire.AnalyzeRequest(), ignore_unknown_fields=True) for each in self.analyze],
            wire.AnalyzeStackRequest(resources=resources),
        )

    def graph(self) -> Graph:
        """The resources as the offline evaluation knows them: inputs as the program gave them, outputs beside them."""
        inputs = {each["urn"]: each.get("properties", {}) for each in self.analyze}
        return Graph([_resource(each, inputs[each["urn"]]) for each in self.stack])


@functools.cache
def recording(name: str) -> Recording:
    """One of NAMES."""
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        calls = [json.loads(line) for line in lines]
    (whole,) = [call["request"] for call in calls if call["call"] == "AnalyzeStack"]
    return Recording([call["request"] for call in calls if call["call"] == "Analyze"], whole["resources"])


def _resource(request: Mapping[str, Any], inputs: Mapping[str, Any]) -> Resource:
    options = request.get("options", {})
    return Resource(
        urn=request["urn"],
        type=request["type"],
        name=request["name"],
        inputs=plain(inputs),
        outputs=plain(request.get("properties", {})),
        parent=request.get("parent"),
        options={"protect": options.get("protect", False), "ignoreChanges": options.get("ignoreChanges", [])},
        dependencies=request.get("dependencies", []),
        property_dependencies={key: each["urns"] for key, each in request.get("propertyDependencies", {}).items()},
        seen=bool(inputs) or "provider" not in request,
    )


def plain(value: Any) -> Any:
    """A value of a recording as rules read it."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return plain(value["value"])
        return {key: plain(member) for key, member in value.items() if key != SIGNATURE}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return UNKNOWN if value == UNKNOWN_STRING else value
