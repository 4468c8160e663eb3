"""DynamoDB tables, on demand or provisioned."""

from collections.abc import Iterator
from typing import Any

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import HOURS, Line

_TABLE = "aws:dynamodb/table:Table"
_TARGET = "aws:appautoscaling/target:Target"


def table(item: Item) -> Iterator[Line]:
    """Reads and writes, storage, point-in-time recovery; a replica pays for the writes and the storage again."""
    replicas = len(item.read("replicas", default=()))
    share = 1 / item.of_same_type()
    if item.read("billingMode") == "PAY_PER_REQUEST":
        yield from _on_demand(item, replicas)
    else:
        yield from _provisioned(item, replicas)
    yield item.used("Storage", "dynamodb.storage", "table_gb", share=share * (1 + replicas))
    if item.read("pointInTimeRecovery", "enabled"):
        yield item.used("Point-in-time recovery", "dynamodb.pitr", "table_gb", share=share)


def _on_demand(item: Item, replicas: int) -> Iterator[Line]:
    tables = [n for n in item.graph.of_type(_TABLE) if n.inputs.get("billingMode") == "PAY_PER_REQUEST"]
    share = 1 / len(tables)
    yield item.used("Writes", "dynamodb.writes", "table_write_millions", share=share)
    yield item.used("Reads", "dynamodb.reads", "table_read_millions", share=share)
    if replicas:
        yield item.used("Writes to replicas", "dynamodb.replica-writes", "table_write_millions", share=share * replicas)


def _provisioned(item: Item, replicas: int) -> Iterator[Line]:
    """Capacity of the table and its indexes, between the bounds of their scaling."""
    indexes: list[dict[str, Any]] = item.read("globalSecondaryIndexes", default=[])
    for name, sku, factor in (("read", "dynamodb.rcu", 1), ("write", "dynamodb.wcu", 1 + replicas)):
        key = f"{name}Capacity"
        asked = {f"/index/{index.get('name')}": float(index.get(key) or 0) for index in indexes}
        asked[""] = item.number(key)
        scaled = [(units, *_bounds(item, place, name, units)) for place, units in asked.items()]
        units, low, high = (sum(found) * HOURS for found in zip(*scaled, strict=True))
        moves = "scaling" if low != high else ""
        yield item.scaled(f"Provisioned {name} capacity", sku, units, low=low, high=high, factor=factor, basis=moves)


def _bounds(item: Item, place: str, name: str, units: float) -> tuple[float, float]:
    """The least and the most that a table or an index scales to; what it has, where nothing scales it."""
    for node in item.graph.of_type(_TARGET):
        dimension = str(node.inputs.get("scalableDimension", ""))
        scales = str(node.inputs.get("resourceId", "")) == f"table/{item.read('name', default=item.node.name)}{place}"
        if scales and dimension.endswith(f"{name.title()}CapacityUnits"):
            return float(node.inputs.get("minCapacity") or 0), float(node.inputs.get("maxCapacity") or 0)
    return units, units


PRICERS: dict[str, Pricer] = {_TABLE: table}
