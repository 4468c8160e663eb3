"""Prices from AWS's price list, from a client that plays it."""

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.cost import refresh
from analyser.analyses.cost.price_snapshot import FOLDER

TODAY = datetime.date(2030, 1, 2)


def product(usd: str, *later: str) -> str:
    tiers = [{"beginRange": str(1000 * n), "pricePerUnit": {"USD": price}} for n, price in enumerate((usd, *later))]
    dimensions = {f"d{number}": tier for number, tier in enumerate(tiers)}
    return json.dumps({"terms": {"OnDemand": {"t": {"priceDimensions": dimensions}}, "Reserved": {}}})


class Client:
    """Answers by service and usage type; remembers what it was asked."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.answers = answers
        self.asked: list[dict[str, str]] = []

    def get_products(self, **arguments: Any) -> dict[str, Any]:
        filters = {f["Field"]: f["Value"] for f in arguments["Filters"]}
        self.asked.append({"service": arguments["ServiceCode"], **filters})
        pages = self.answers.get(f"{arguments['ServiceCode']} {filters['usagetype']}", [[]])
        number = int(arguments.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        return {"PriceList": pages[number], **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "prices")
    return tmp_path / "prices"


def row(folder: Path, region: str, sku: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{region}.json").read_text(encoding="utf-8"))["skus"][sku]
    return found


def test_prices_are_asked_by_usage_type_and_region_and_written_with_their_source(folder: Path) -> None:
    client = Client({"AmazonEC2 EU-NatGateway-Hours": [[product("0.05")]]})
    problems = refresh.refresh(client, folder, TODAY)
    assert row(folder, "eu-west-1", "nat.hours") == {
        "usd": 0.05,
        "unit": "hour",
        "date": "2030-01-02",
        "source": "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/eu-west-1/index.json",
        "verified": True,
    }
    assert {"service": "AmazonEC2", "usagetype": "EU-NatGateway-Hours", "regionCode": "eu-west-1"} in client.asked
    assert not any("eu-west-1 nat.hours" in problem for problem in problems)


def test_what_the_list_does_not_know_keeps_its_price_and_is_told(folder: Path) -> None:
    before = row(folder, "us-east-1", "nat.hours")
    problems = refresh.refresh(Client({}), folder, TODAY)
    assert row(folder, "us-east-1", "nat.hours") == before
    assert "us-east-1 nat.hours: AmazonEC2 has no usage type NatGateway-Hours" in problems
    assert any("fargate-spot" in problem and "is in no price list" in problem for problem in problems)


def test_an_old_service_has_no_prefix_at_home_and_a_young_one_has(folder: Path) -> None:
    refresh.refresh(Client({"AmazonEKS USE1-AmazonEKS-Hours:perCluster": [[product("0.11")]]}), folder, TODAY)
    assert row(folder, "us-east-1", "eks.cluster")["usd"] == 0.11


def test_prices_are_in_the_snapshots_units_and_of_the_first_tier_that_is_paid(folder: Path) -> None:
    page = [product("0.0000000000", "0.0000005", "0.0000004")]
    refresh.refresh(Client({"AmazonSNS USW2-Requests-Tier1": [page]}), folder, TODAY)
    assert row(folder, "us-west-2", "sns.requests")["usd"] == pytest.approx(0.5)


def test_every_page_is_read_and_two_prices_are_one_too_many(folder: Path) -> None:
    pages = [[product("0.1")], [product("0.2")]]
    before = row(folder, "us-east-1", "kms.key")
    problems = refresh.refresh(Client({"awskms KMS-Keys": pages}), folder, TODAY)
    assert "us-east-1 kms.key: awskms has several prices for KMS-Keys: 0.1, 0.2" in problems
    assert row(folder, "us-east-1", "kms.key") == before


def test_what_has_one_price_everywhere_is_asked_without_a_region(folder: Path) -> None:
    client = Client({"AmazonRoute53 HostedZone": [[product("0.6")]]})
    refresh.refresh(client, folder, TODAY)
    assert row(folder, "global", "route53.zone")["usd"] == 0.6
    assert {"service": "AmazonRoute53", "usagetype": "HostedZone"} in client.asked


def test_files_keep_their_form(folder: Path) -> None:
    before = (folder / "us-east-1.json").read_text(encoding="utf-8")
    refresh.refresh(Client({}), folder, TODAY)
    assert (folder / "us-east-1.json").read_text(encoding="utf-8") == before


def test_without_credentials_it_says_so_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert refresh.main() == 2
    assert capsys.readouterr().err.startswith("prices: no AWS credentials found")
