"""JSON Schema of a stack file, for editors."""

from collections.abc import Mapping
from typing import Any

from settings.delivery import DeliverySettings
from settings.environment import Environment
from settings.meaning import DescribedSchema
from settings.model import Settings
from settings.objectives import StackObjectives
from settings.provider import REGION_KEY, REGIONS
from settings.stack import KEYS, PROJECT
from settings.usage import Usage

_DELIVERY, _OBJECTIVES, _USAGE = "delivery", "objectives", "usage"
"""No system is called so (``systems.NAMES``)."""


def stack_file_schema(systems: Mapping[str, type[Settings]]) -> dict[str, Any]:
    """The schema of ``Pulumi.<stack>.yaml``: the system chosen decides which settings it takes."""
    definitions: dict[str, Any] = {}
    choices = []
    _define(_DELIVERY, DeliverySettings, definitions)
    _define(_OBJECTIVES, StackObjectives, definitions)
    _define(_USAGE, Usage, definitions)
    for name, model in sorted(systems.items()):
        _define(name, model, definitions)
        choices.append(
            {
                "if": {"properties": {f"{PROJECT}:system": {"const": name}}},
                "then": {"properties": {f"{PROJECT}:settings": {"$ref": f"#/$defs/{name}"}}},
            }
        )
    config = {
        "type": "object",
        "required": [REGION_KEY, f"{PROJECT}:system", f"{PROJECT}:environment"],
        "properties": {
            REGION_KEY: {"enum": list(REGIONS), "description": "The home region, for example us-east-1"},
            f"{PROJECT}:system": {"enum": sorted(systems), "description": "Which platform this stack builds"},
            f"{PROJECT}:environment": {
                "enum": [e.value for e in Environment],
                "description": "How well the stack is protected: Multi-AZ, deletion protection, retention",
            },
            f"{PROJECT}:deletable": {
                "type": "boolean",
                "description": "Lifts the protection from deletion of a stack that is about to go",
            },
            f"{PROJECT}:permissionsBoundary": {
                "type": "string",
                "pattern": "^[A-Za-z0-9+=,.@_-]{1,128}$",
                "description": "The policy of the account that bounds every role of the stack: strata rights-for",
            },
            f"{PROJECT}:settings": {"type": "object", "description": "How big, and the names it goes by"},
            f"{PROJECT}:usage": {"$ref": f"#/$defs/{_USAGE}"},
            f"{PROJECT}:objectives": {"$ref": f"#/$defs/{_OBJECTIVES}"},
            f"{PROJECT}:delivery": {"$ref": f"#/$defs/{_DELIVERY}"},
        },
        "propertyNames": {"not": {"pattern": f"^{PROJECT}:(?!({'|'.join(KEYS)})$)"}},
        "allOf": choices,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Strata stack file",
        "type": "object",
        "properties": {"config": config},
        "$defs": definitions,
    }


def _define(name: str, model: type[Settings], definitions: dict[str, Any]) -> None:
    """Adds a class by its name, and the classes that it is made of below that name."""
    template = "#/$defs/" + name + ".{model}"
    schema = model.model_json_schema(by_alias=True, ref_template=template, schema_generator=DescribedSchema)
    definitions |= {f"{name}.{key}": value for key, value in schema.pop("$defs", {}).items()}
    definitions[name] = schema
