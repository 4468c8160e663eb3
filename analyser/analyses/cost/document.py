"""A cost as JSON data."""

from typing import Any

from analyser.analyses.cost.published import Comparison
from analyser.analyses.cost.result import HOURS, Amount, Cost, Line, ResourceCost


def cost_document(cost: Cost) -> dict[str, Any]:
    """Everything of an estimate, in USD a month."""
    return {
        "currency": "USD",
        "hours": HOURS,
        "total": amount(cost.total),
        "components": [{"name": name, **amount(found)} for name, found in cost.by_component],
        "resources": [_resource(resource) for resource in sorted(cost.resources, key=lambda one: one.urn)],
        "unverified": [f"{price.sku} {price.region}" for price in cost.unverified],
        "unpriced": list(cost.unpriced),
        "unused": list(cost.unused),
    }


def amount(value: Amount) -> dict[str, float]:
    """A cost with its low and high estimate."""
    return {"usd": _usd(value.usd), "low": _usd(value.low), "high": _usd(value.high)}


def comparison_document(found: Comparison) -> dict[str, Any]:
    """A published cost table beside the estimate, as JSON data."""
    return {
        "title": found.title,
        "lines": [
            {
                "name": line.name,
                "table": {"low": line.low, "high": line.high},
                "usd": _usd(line.usd),
                "difference": _usd(line.difference),
                "why": line.why,
            }
            for line in (*found.lines, found.total)
        ],
        "missing": [{"service": service, "usd": _usd(usd)} for service, usd in found.missing],
    }


def _resource(resource: ResourceCost) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "component": resource.component,
        "region": resource.region,
        "usd": _usd(resource.usd),
        "lines": [_line(line) for line in resource.lines],
        "note": resource.note or None,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "label": line.label,
        "sku": line.price.sku,
        "quantity": line.quantity,
        "factor": line.factor,
        "unit": line.price.unit,
        "price": line.price.usd,
        "priceDate": line.price.date,
        "priceSource": line.price.source,
        "verified": line.price.verified,
        "basis": line.basis or None,
        "usd": _usd(line.usd),
        "low": _usd(line.low_usd),
        "high": _usd(line.high_usd),
    }


def _usd(value: float) -> float:
    return round(value, 4)
