"""The table of what forces a replacement: complete, and in Pulumi's own names."""

import gzip
import json
from collections.abc import Iterator

import pytest

from analyser.analyses.changes.forcing import DIRECTIONS, PROVIDER, forcing
from analyser.analyses.changes.generate import UnnamedError, every_type, table
from analyser.run.mock_cloud.computed_outputs import output_types
from resource_types import fact
from tests.stacks import STACKS, stack_graph

INSTANCE = "aws:rds/instance:Instance"


def test_a_type_that_nobody_asked_about_is_not() -> None:
    assert forcing("aws:none/such:Such") is None
    assert forcing("kubernetes:none/v1:Such") is None


def test_of_types_that_no_stack_has_it_is_known_as_well() -> None:
    known = forcing("aws:docdb/clusterInstance:ClusterInstance")
    assert known
    assert {"clusterIdentifier", "identifierPrefix"} <= set(known.always)
    assert "instanceClass" not in {*known.always, *known.when, *known.may}
    assert len(json.loads(gzip.decompress(PROVIDER.read_bytes()))) > 1_500


def test_a_claim_may_grow_and_a_stateful_set_may_not_have_other_volumes() -> None:
    claim, workload = (
        forcing(f"kubernetes:{token}") for token in ("core/v1:PersistentVolumeClaim", "apps/v1:StatefulSet")
    )
    assert claim
    assert workload
    assert "spec.storageClassName" in claim.always
    assert not [path for path in claim.always if path == "spec" or path.startswith("spec.resources")]
    assert "spec.volumeClaimTemplates" in workload.always


def test_what_is_known_of_a_database() -> None:
    known = forcing(INSTANCE)
    assert known
    assert {"username", "dbName", "kmsKeyId", "region", "restoreToPointInTime[]"} <= set(known.always)
    assert not {"instanceClass", "engineVersion", "allocatedStorage", "tags"} & {*known.always, *known.when, *known.may}


def test_every_input_that_a_stack_gives_was_asked_about() -> None:
    answers = json.loads(gzip.decompress(PROVIDER.read_bytes()))
    given = {(node.type, name) for stack in STACKS for node in stack_graph(stack).resources for name in node.inputs}
    assert sorted(one for one in given if one[1] in unasked(one[0], answers)) == []


def unasked(token: str, answers: dict[str, dict[str, list[str]]]) -> set[str]:
    """Properties that may force a replacement because no fact says anything of them."""
    known, own = forcing(token), fact(token, "replacement")
    return {*known.may} & {*answers.get(token, {}).get("may", ())} - {*own.get("may", ())} if known and own else set()


def test_what_a_person_read_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = "aws:rds/proxy:Proxy"
    known = forcing(proxy)
    assert known
    assert "defaultAuthScheme" not in known.may
    own = {key: value for key, value in (fact(proxy, "replacement") or {}).items() if not key.startswith("in_place")}
    monkeypatch.setattr("analyser.analyses.changes.forcing.fact", lambda *_: own)
    known = forcing(proxy)
    assert known
    assert "defaultAuthScheme" in known.may
    assert "engineFamily" not in known.may


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
        "computed_by_code": ["engine_version", "storage_type", "multi_az"],
        "unknown": ["character_set_name"],
        "when": {
            "engine_version": {"in_place": ["up/add"], "replace": ["down"]},
            "storage_type": {"in_place": ["up with base2"], "replace": ["down"]},
            "multi_az": {"in_place": ["up/down/grow", "add with base2"], "replace": ["down/shrink with base2"]},
        },
    },
    "aws_gamelift_alias": {"pulumi": "aws:gamelift/alias:Alias", "replace": ["name"]},
}


def test_the_table_is_made_from_the_provider_s_answers() -> None:
    assert table(FACTS, {INSTANCE}) == {
        INSTANCE: {
            "replaces": ["restoreToPointInTime[]", "s3Import.bucketName", "username"],
            "when": {"engineVersion": ["down"]},
            "may_when": {"multiAz": ["add", "down", "remove", "shrink"]},
            "may": ["characterSetName", "storageType"],
        }
    }


def test_an_argument_without_a_property_is_not_passed_over() -> None:
    wrong = {"aws_db_instance": {**FACTS["aws_db_instance"], "replace": ["user_name"]}}
    with pytest.raises(UnnamedError, match=f"{INSTANCE}: no property for user_name"):
        table(wrong, {INSTANCE})


def test_of_every_type_what_no_fact_names_may_force_it() -> None:
    said = {
        "pulumi": "aws:gamelift/alias:Alias",
        "replace": ["renamed_since"],
        "in_place": ["name", "description"],
        "computed_by_code": [],
        "unknown": ["tags"],
    }
    (entry,) = every_type({"aws_gamelift_alias": said, "aws_none": {**said, "pulumi": None}}).values()
    assert entry["replaces"] == []
    assert {"tags", "routingStrategy", "region"} <= set(entry["may"])
    blocks = {**said, "pulumi": "aws:lb/listenerRule:ListenerRule", "in_place": ["condition[].host_header[].values"]}
    (entry,) = every_type({"aws_lb_listener_rule": blocks}).values()
    # Of a block of which one member was asked about, the others were not.
    assert {"conditions.hostHeader.regexValues", "conditions.sourceIp", "actions"} <= set(entry["may"])
    assert not {"conditions", "conditions.hostHeader", "conditions.hostHeader.values"} & set(entry["may"])
    assert not {"name", "description", "arn", "tagsAll"} & set(entry["may"])
