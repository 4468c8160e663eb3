"""The table of what forces a replacement: complete, and in Pulumi's own names."""

from collections.abc import Iterator

import pytest

from analyser.analyses.changes.forcing import DIRECTIONS, forcing
from analyser.analyses.changes.generate import UnnamedError, table
from analyser.run.mock_cloud.computed_outputs import output_types
from tests.stacks import STACKS, stack_graph

INSTANCE = "aws:rds/instance:Instance"


def test_a_type_that_nobody_asked_about_is_not() -> None:
    assert forcing("aws:gamelift/alias:Alias") is None


def test_what_is_known_of_a_database() -> None:
    known = forcing(INSTANCE)
    assert known
    assert {"username", "dbName", "kmsKeyId", "region", "restoreToPointInTime[]"} <= set(known.always)
    assert not {"instanceClass", "engineVersion", "allocatedStorage", "tags"} & {*known.always, *known.when, *known.may}


def test_where_the_direction_decides() -> None:
    known = forcing("aws:elasticache/replicationGroup:ReplicationGroup")
    assert known
    assert known.when["engineVersion"] == ["down"]
    assert "transitEncryptionEnabled" in known.may


def test_every_object_of_kubernetes_has_one_name_and_place() -> None:
    known = forcing("kubernetes:batch/v1:Job")
    assert known
    assert {"metadata.name", "metadata.namespace", "spec.template"} <= set(known.always)


def first_inputs() -> Iterator[tuple[str, str]]:
    for stack in STACKS:
        for token in stack_graph(stack).counts:
            known = forcing(token)
            if known and token.startswith("aws:"):
                paths = [*known.always, *known.when, *known.may]
                yield from ((token, path.removesuffix("[]").split(".")[0]) for path in paths)


def test_names_are_those_of_the_sdk() -> None:
    # Every type is asked about its region, the few that are of no region too.
    strange = {(token, name) for token, name in first_inputs() if name not in {"region", *output_types(token)}}
    assert strange == set()


def test_directions_are_those_there_are() -> None:
    known = (forcing(token) for stack in STACKS for token in stack_graph(stack).counts)
    assert {way for one in known if one for ways in one.when.values() for way in ways} <= DIRECTIONS


FACTS = {
    "aws_db_instance": {
        "pulumi": INSTANCE,
        "replace": ["username", "restore_to_point_in_time", "s3_import[].bucket_name"],
        "computed_by_code": ["engine_version", "storage_type"],
        "unknown": ["character_set_name"],
        "when": {
            "engine_version": {"in_place": ["up/add"], "replace": ["down"]},
            "storage_type": {"in_place": ["up with base2"], "replace": ["down"]},
        },
    },
    "aws_gamelift_alias": {"pulumi": "aws:gamelift/alias:Alias", "replace": ["name"]},
}


def test_the_table_is_made_from_the_provider_s_answers() -> None:
    assert table(FACTS, {INSTANCE}) == {
        INSTANCE: {
            "replaces": ["restoreToPointInTime[]", "s3Import.bucketName", "username"],
            "when": {"engineVersion": ["down"]},
            "may": ["characterSetName", "storageType"],
        }
    }


def test_an_argument_without_a_property_is_not_passed_over() -> None:
    wrong = {"aws_db_instance": {**FACTS["aws_db_instance"], "replace": ["user_name"]}}
    with pytest.raises(UnnamedError, match=f"{INSTANCE}: no property for user_name"):
        table(wrong, {INSTANCE})
