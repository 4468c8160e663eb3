"""Images of a stack's repositories are copied to the second region, and no others."""

import pytest

from components.data.image_replication import ImageReplication
from tests.support import ACCOUNT, record

RULES = "aws:ecr/replicationConfiguration:ReplicationConfiguration"


def build(region: str = "us-west-2") -> ImageReplication:
    return ImageReplication("images", account=ACCOUNT, region=region, namespaces=["web", "tools"])


def test_repositories_below_the_namespaces_are_copied_within_the_account() -> None:
    (rule,) = record(build).only(RULES).inputs["replicationConfiguration"]["rules"]
    assert rule["destinations"] == [{"region": "us-west-2", "registryId": ACCOUNT.id}]
    assert rule["repositoryFilters"] == [
        {"filter": "web/", "filterType": "PREFIX_MATCH"},
        {"filter": "tools/", "filterType": "PREFIX_MATCH"},
    ]


def test_the_home_region_is_no_place_for_copies() -> None:
    with pytest.raises(Exception, match="where they are"):
        record(lambda: build(ACCOUNT.region))
