"""Connections of all pods against what the database takes: refused before anything is made."""

from typing import Any

import pytest

from settings import SettingsError
from systems.records.connections import most_opened, most_pods, taken
from tests.systems.test_records_capacity import settings

MANY = {"autoscaling": {"minReplicas": 6, "maxReplicas": 500}}


def test_a_release_has_a_quarter_more_pods() -> None:
    assert most_pods(settings()) == 75
    assert most_pods(settings(application={"autoscaling": {"minReplicas": 6, "maxReplicas": 61}}, load=None)) == 77
    assert most_pods(settings(application={"autoscaling": None, "replicas": 6}, load=None)) == 8
    assert most_opened(settings()) == 75 * (8 + 1) + 25


def test_more_than_the_database_takes_is_refused_even_where_no_load_is_stated() -> None:
    said = (
        r"Pulumi.prod.yaml: settings.databaseConnections: 625 pods \(a release's among them\) x 9"
        r" \+ 25 others are 5,650 connections; the database takes 5,000: lower this or"
    )
    with pytest.raises(SettingsError, match=said):
        settings(application=MANY, load=None)


@pytest.mark.parametrize(("role", "there"), [("follower", 5000), ("primary", 1802), ("sole", 1802)])
def test_it_is_the_database_that_pods_sign_in_to(role: str, there: int) -> None:
    aurora = {"role": role, "minimumCapacity": 2, "maximumCapacity": 8, "engineVersion": "15.17"}
    assert taken(settings(auroraServerless=aurora, load=None, copies=None)) == there


def test_a_smaller_class_is_refused_for_the_pods_it_cannot_serve() -> None:
    small: dict[str, Any] = {"instanceClass": "db.t4g.small"}
    with pytest.raises(SettingsError, match=r"700 connections; the database takes 225"):
        settings(database=small, load=None)
