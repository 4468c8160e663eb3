"""Brings the price snapshot up to date through the AWS Price List API: ``make prices``, with AWS credentials.

    python -m analyser.analyses.cost.refresh

Needs the right pricing:GetProducts. A SKU that the API does not know, or knows at several prices, keeps its old price
and is told; the exit code is then 1. https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
"""

import datetime
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from analyser.analyses.cost.price_snapshot import FOLDER, GLOBAL, REGIONS

ENDPOINT_REGION = "us-east-1"
"""One of the few regions where the API is: https://docs.aws.amazon.com/general/latest/gr/billing.html"""
_SOURCE = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/{service}/current/{region}/index.json"
_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "us-east-1": ("", "USE1-"),
    "us-west-2": ("USW2-",),
    "eu-west-1": ("EU-", "EUW1-"),
    GLOBAL: ("", "Global-"),
}
"""What usage types of a region begin with; older services have no prefix in us-east-1."""


class PriceList(Protocol):
    """What is used of boto3's pricing client."""

    def get_products(self, **arguments: Any) -> Mapping[str, Any]:
        """One page of products as JSON texts."""
        ...


class RefreshError(Exception):
    """The AWS Price List API could not be queried."""


def refresh(client: PriceList, folder: Path, today: datetime.date) -> list[str]:
    """Writes the prices that the API gives into the files of ``folder``; returns what kept its old price, and why."""
    catalogue: dict[str, dict[str, Any]] = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    problems: list[str] = []
    for region in (*REGIONS, GLOBAL):
        path = folder / f"{region}.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        for sku, entry in catalogue.items():
            if entry.get("global", False) is not (region == GLOBAL):
                continue
            found = _prices(client, entry, region) if "service" in entry else set()
            if len(found) != 1:
                problems.append(f"{region} {sku}: {_why(entry, found)}")
                continue
            document["skus"][sku] = {
                "usd": found.pop(),
                "unit": entry["unit"],
                "date": today.isoformat(),
                "source": _SOURCE.format(
                    service=entry["service"], region=ENDPOINT_REGION if region == GLOBAL else region
                ),
                "verified": True,
            }
        path.write_text(_text(document), encoding="utf-8")
    return problems


def _why(entry: Mapping[str, Any], found: set[float]) -> str:
    if "service" not in entry:
        return "is in no price list"
    if not found:
        return f"{entry['service']} has no usage type {entry['usage']}"
    return f"{entry['service']} has several prices for {entry['usage']}: {', '.join(map(str, sorted(found)))}"


def _prices(client: PriceList, entry: Mapping[str, Any], region: str) -> set[float]:
    for prefix in _PREFIXES[region]:
        filters = {"usagetype": prefix + entry["usage"], **entry.get("filters", {})}
        if region != GLOBAL:
            filters["regionCode"] = region
        products = list(_products(client, entry["service"], filters))
        if products:
            per = entry.get("per", 1)
            return {round(usd * per, 12) for product in products if (usd := _first_paid(product)) is not None}
    return set()


def _products(client: PriceList, service: str, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    arguments: dict[str, Any] = {
        "ServiceCode": service,
        "FormatVersion": "aws_v1",
        "Filters": [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in filters.items()],
    }
    while True:
        page = client.get_products(**arguments)
        yield from (json.loads(text) for text in page["PriceList"])
        if not page.get("NextToken"):
            return
        arguments["NextToken"] = page["NextToken"]


def _first_paid(product: Mapping[str, Any]) -> float | None:
    """The price of the lowest tier that is not free; later tiers are cheaper and begin beyond what stacks use."""
    tiers = [
        (float(dimension.get("beginRange") or 0), float(dimension["pricePerUnit"]["USD"]))
        for term in product.get("terms", {}).get("OnDemand", {}).values()
        for dimension in term["priceDimensions"].values()
        if "USD" in dimension["pricePerUnit"]
    ]
    paid = sorted(tier for tier in tiers if tier[1] > 0)
    return paid[0][1] if paid else None


def _text(document: Mapping[str, Any]) -> str:
    rows = ",\n".join(f"    {json.dumps(sku)}: {json.dumps(row)}" for sku, row in sorted(document["skus"].items()))
    head = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in document.items() if key != "skus")
    return f'{{\n{head}  "skus": {{\n{rows}\n  }}\n}}\n'


def client() -> PriceList:
    """The pricing client of boto3. Raises RefreshError without boto3 or without credentials."""
    try:
        import boto3
    except ImportError as error:
        raise RefreshError("boto3 is missing; make sets it up") from error
    session = boto3.Session()
    if session.get_credentials() is None:
        raise RefreshError("no AWS credentials found; log in (aws sso login, AWS_PROFILE, …) and try again")
    found: PriceList = session.client("pricing", region_name=ENDPOINT_REGION)
    return found


def main() -> int:
    """Refreshes the committed snapshot."""
    try:
        problems = refresh(client(), FOLDER, datetime.datetime.now(tz=datetime.UTC).date())
    except RefreshError as error:
        sys.stderr.write(f"prices: {error}\n")
        return 2
    except Exception as error:
        # boto3's exceptions share no base with anything; whatever it is, a line says it.
        sys.stderr.write(f"prices: {type(error).__name__}: {' '.join(str(error).split())}\n")
        return 2
    sys.stderr.write("".join(f"prices: kept: {problem}\n" for problem in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
