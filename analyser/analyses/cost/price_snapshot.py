"""The committed snapshot of AWS's prices: one JSON file a region, and one for what has the same price everywhere."""

import json
from functools import cache
from typing import Any

import resource_types
from analyser.analyses.cost.result import Price

FOLDER = resource_types.FOLDER / "prices"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
GLOBAL = "global"


class NoPriceError(LookupError):
    """A price that the snapshot does not contain."""


def price(sku: str, region: str) -> Price:
    """The price of a SKU in a region. Raises NoPriceError when the snapshot does not hold it."""
    for place in (region, GLOBAL):
        found = skus(place).get(sku)
        if found is not None:
            return Price(sku, found["usd"], found["unit"], place, found["date"], found["source"], found["verified"])
    raise NoPriceError(f"no price of {sku} in {region}" if region in REGIONS else f"no prices of {region}")


@cache
def skus(region: str) -> dict[str, Any]:
    """Every SKU of a region's file by name; empty for a region without a file."""
    path = FOLDER / f"{region}.json"
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["skus"]
    return found
