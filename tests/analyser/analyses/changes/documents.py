"""Previews in their JSON form, with as much as a comparison reads."""

from typing import Any


def resource(token: str, name: str, inputs: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """An entry of ``resources``; ``said`` are other members than the usual ones."""
    return {
        "urn": f"urn:pulumi:shop::strata::{token}::{name}",
        "type": token,
        "name": name,
        "parent": "",
        "component": False,
        "protect": False,
        "ignoreChanges": [],
        "options": {},
        "inputs": inputs or {},
        "propertyDependencies": {},
    } | said


def preview(*resources: dict[str, Any], stack: str = "shop") -> dict[str, Any]:
    """A preview that holds these and costs nothing."""
    cost = {"total": {"usd": 0.0}, "components": [], "resources": []}
    return {"stack": stack, "cost": cost, "resources": list(resources)}
