"""The committed prices: complete, attributed, and near what AWS publishes."""

import datetime
import json

import pytest

from analyser.analyses.cost.price_snapshot import FOLDER, GLOBAL, REGIONS, NoPriceError, price, skus

CATALOGUE = json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))
ROWS = [(region, sku, row) for region in (*REGIONS, GLOBAL) for sku, row in skus(region).items()]

# AWS's own price pages and price lists, read one by one when the snapshot was made.
PUBLISHED = [
    ("us-east-1", "ec2.c5.2xlarge", 0.34),
    ("us-east-1", "ec2.t3.medium", 0.0416),
    ("eu-west-1", "ec2.t3.medium", 0.0456),
    ("eu-west-1", "ec2.c5.2xlarge", 0.384),
    ("us-west-2", "ec2.t3.medium", 0.0416),
    ("us-east-1", "nat.hours", 0.045),
    ("us-west-2", "nat.hours", 0.045),
    ("eu-west-1", "nat.hours", 0.048),
    ("us-east-1", "rds.t3.large", 0.145),
    ("us-east-1", "rds.t4g.medium", 0.065),
    ("eu-west-1", "rds.t4g.micro", 0.017),
    ("eu-west-1", "rds.gp3", 0.127),
    ("us-east-1", "elasticache.r6g.xlarge", 0.411),
    ("eu-west-1", "elasticache.r6g.xlarge", 0.458),
    ("us-east-1", "msk.m5.large", 0.21),
    ("us-east-1", "opensearch.r6g.large", 0.167),
    ("us-west-2", "dynamodb.writes", 0.625),
    ("us-west-2", "dynamodb.reads", 0.125),
    ("eu-west-1", "lambda.duration-arm64", 0.0000133334),
    ("eu-west-1", "logs.ingested", 0.57),
    ("us-east-1", "apigateway.cache-0.5", 0.02),
    ("eu-west-1", "fargate.vcpu-ARM64", 0.03238),
    ("eu-west-1", "efs.storage", 0.33),
    ("us-east-1", "kms.key", 1.0),
    ("us-east-1", "secretsmanager.secret", 0.4),
    ("us-east-1", "xray.traces", 5.0),
    ("us-east-1", "fargate.vcpu-X86_64", 0.04048),
    ("us-east-1", "fargate.memory-X86_64", 0.004445),
    ("us-east-1", "rds.gp3", 0.115),
    ("us-east-1", "rds.backup", 0.095),
    ("us-east-1", "ebs.gp3", 0.08),
    ("us-east-1", "alb.hours", 0.0225),
    ("us-east-1", "lambda.duration-x86_64", 0.0000166667),
    ("us-east-1", "cloudfront.data", 0.085),
    ("us-east-1", "eks.cluster", 0.1),
]


@pytest.mark.parametrize(("region", "sku", "usd"), PUBLISHED)
def test_prices_are_within_a_tenth_of_what_is_published(region: str, sku: str, usd: float) -> None:
    assert price(sku, region).usd == pytest.approx(usd, rel=0.1)


@pytest.mark.parametrize("region", [*REGIONS, GLOBAL])
def test_every_region_has_every_sku_of_the_catalogue_in_its_unit(region: str) -> None:
    wanted = {sku: row["unit"] for sku, row in CATALOGUE.items() if row.get("global", False) is (region == GLOBAL)}
    assert {sku: row["unit"] for sku, row in skus(region).items()} == wanted


def test_every_price_is_above_nothing_and_says_whence_and_when() -> None:
    assert len(ROWS) > 500
    for region, sku, row in ROWS:
        assert row["usd"] > 0, (region, sku)
        assert row["source"].startswith("https://"), (region, sku)
        assert datetime.date(2012, 1, 1) < datetime.date.fromisoformat(row["date"]), (region, sku)
        assert isinstance(row["verified"], bool), (region, sku)


def test_a_price_that_was_not_read_says_where_it_was_sought() -> None:
    assert [(region, sku) for region, sku, row in ROWS if not row["verified"] and not row.get("sought")] == []


def test_every_price_of_the_home_region_was_read() -> None:
    assert [sku for region in ("us-east-1", GLOBAL) for sku, row in skus(region).items() if not row["verified"]] == []


def test_no_region_is_much_dearer_than_another() -> None:
    for sku in CATALOGUE:
        prices = [skus(region)[sku]["usd"] for region in REGIONS if sku in skus(region)]
        if prices:
            assert max(prices) <= 1.25 * min(prices), sku


def test_what_has_one_price_everywhere_has_it_in_every_region() -> None:
    assert price("cloudfront.data", "eu-west-1") == price("cloudfront.data", "us-east-1")


@pytest.mark.parametrize(
    ("sku", "region", "said"),
    [
        ("ec2.x9.huge", "us-east-1", r"no price of ec2\.x9\.huge in us-east-1"),
        ("nat.hours", "mars-north-1", "no prices of mars-north-1"),
    ],
)
def test_what_has_no_price_is_said(sku: str, region: str, said: str) -> None:
    with pytest.raises(NoPriceError, match=said):
        price(sku, region)
