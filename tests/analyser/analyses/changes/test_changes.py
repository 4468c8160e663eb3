"""What an update would do, resource by resource, and what of it is said first."""

from typing import Any

from analyser.analyses.changes.changes import Change, changes, changes_document
from analyser.analyses.changes.pairing import pairs
from tests.analyser.analyses.changes.documents import preview, resource

INSTANCE, KEY, ALARM = "aws:rds/instance:Instance", "aws:kms/key:Key", "aws:cloudwatch/metricAlarm:MetricAlarm"
JOB = "kubernetes:batch/v1:Job"
UNKNOWN = {"$unknown": True}


def found(before: list[dict[str, Any]], after: list[dict[str, Any]], *, one_stack: bool = True) -> tuple[Change, ...]:
    return changes(pairs(preview(*before), preview(*after)), one_stack=one_stack)


def one(before: dict[str, Any], after: dict[str, Any], *, one_stack: bool = True) -> Change:
    (change,) = found([before], [after], one_stack=one_stack)
    return change


def database(user: str = "app", **said: Any) -> dict[str, Any]:
    return resource(INSTANCE, "database", {"username": user, "instanceClass": "small"}, **said)


def test_nothing_changed() -> None:
    assert found([database()], [database()]) == ()


def test_a_forcing_input_replaces_and_another_updates() -> None:
    assert one(database(), database("other")).kind == "replaced"
    bigger = resource(INSTANCE, "database", {"username": "app", "instanceClass": "large"})
    change = one(database(), bigger)
    assert (change.kind, change.loses, change.replaced) == ("updated", False, None)
    assert [(edit.path, edit.before, edit.after) for edit in change.edits] == [("instanceClass", "small", "large")]


def test_two_stacks_replace_nothing() -> None:
    assert one(database(), database("other"), one_stack=False).kind == "updated"


def test_what_loses_data_is_said_before_all_else() -> None:
    before = [database(), resource(ALARM, "a", {"alarmName": "a"}), resource(KEY, "k")]
    after = [database("other"), resource(ALARM, "b")]
    assert [(change.kind, change.name) for change in found(before, after)] == [
        ("replaced", "database"),
        ("removed", "k"),
        ("removed", "a"),
        ("added", "b"),
    ]


def test_what_stays_in_the_cloud_loses_nothing() -> None:
    kept = {"retainOnDelete": True}
    assert [(c.kind, c.loses, c.retained) for c in found([database(options=kept)], [])] == [("removed", False, True)]
    change = one(database(options=kept), database("other"))
    assert (change.loses, change.retained) == (False, True)
    # It is what the state says that counts: the option comes too late for this update.
    assert one(database(), database("other", options=kept)).loses


def test_what_a_replica_holds_is_not_lost_with_it() -> None:
    replica = database(protect=True)
    replica["inputs"] = {**replica["inputs"], "replicateSourceDb": "other"}
    (gone,) = found([replica], [])
    assert (gone.kind, gone.loses, gone.protected, gone.copied) == (
        "removed", False, True, "its source has the same rows",
    )  # fmt: skip
    again = one(replica, {**replica, "inputs": {**replica["inputs"], "username": "other"}})
    assert (again.kind, again.loses, again.bearing) == ("replaced", False, None)
    # What is a replica only from now on has rows of its own until then.
    assert one(database(), {**replica, "inputs": {**replica["inputs"], "username": "other"}}).loses


def test_what_is_protected_is_said() -> None:
    assert one(database(protect=True), database("other", protect=True)).protected
    assert [change.protected for change in found([database(protect=True)], [])] == [True]


def test_an_option_that_decides_later_updates_is_a_difference() -> None:
    change = one(database(protect=True), database())
    assert [(edit.path, edit.before, edit.after) for edit in change.edits] == [("options.protect", True, False)]


def test_what_others_change_is_not_compared() -> None:
    old, new = ({"scalingConfig": {"desiredSize": n, "x": [{"name": "a", "n": n}]}} for n in (1, 2))
    for left in (["scalingConfig"], ["scalingConfig.desiredSize", "scalingConfig.x[a].n"]):
        assert found([resource(ALARM, "a", old)], [resource(ALARM, "a", new, ignoreChanges=left)]) == ()


def test_a_new_name_with_an_alias_is_no_replacement() -> None:
    new = resource(INSTANCE, "renamed", database()["inputs"], options={"aliases": [{"name": "database"}]})
    change = one(database(), new)
    assert (change.kind, change.former.rsplit("::", 1)[1], change.edits) == ("updated", "database", ())


def test_what_is_known_only_after_up_is_no_difference() -> None:
    change = one(database(), database(UNKNOWN))  # ty: ignore[invalid-argument-type] - not known yet
    assert (change.kind, change.edits, change.tells) == ("updated", (), False)
    assert [edit.path for edit in change.not_known] == ["username"]


def test_a_forcing_input_from_what_is_new_may_replace() -> None:
    maker = resource(KEY, "key")
    new = database(propertyDependencies={"kmsKeyId": [maker["urn"]]})
    new["inputs"] = {**new["inputs"], "kmsKeyId": UNKNOWN}
    old = database()
    old["inputs"] = {**old["inputs"], "kmsKeyId": "arn:aws:kms:old"}
    replaced = next(change for change in found([old], [maker, new]) if change.name == "database")
    assert (replaced.kind, replaced.replaced and replaced.replaced.certain) == ("replaced", False)
    (updated,) = found([maker, old], [maker, new])
    assert updated.kind == "updated"


def test_a_direction_that_never_replaced_does_not() -> None:
    def balancer(*subnets: str) -> dict[str, Any]:
        return resource("aws:lb/loadBalancer:LoadBalancer", "b", {"subnets": list(subnets)})

    assert one(balancer("a", "b"), balancer("a", "b", "c")).kind == "updated"
    fewer = one(balancer("a", "b"), balancer("a"))
    assert (fewer.kind, fewer.replaced and fewer.replaced.certain) == ("replaced", False)


def test_what_holds_its_name_goes_first() -> None:
    def job(image: str, name: str = "j", **said: Any) -> dict[str, Any]:
        return resource(JOB, "j", {"metadata": {"name": name}, "spec": {"template": image}}, **said)

    assert one(job("1"), job("2")).deleted_first
    assert not one(job("1"), job("2", "other")).deleted_first
    assert not one(job("1", ""), job("2", "")).deleted_first
    assert one(job("1"), job("2", "other", options={"deleteBeforeReplace": True})).deleted_first


def test_as_json() -> None:
    before, after = database(protect=True), database("other", protect=True)
    assert changes_document(found([before], [after])) == [
        {
            "kind": "replaced",
            "urn": before["urn"],
            "type": INSTANCE,
            "name": "database",
            "bears": "data",
            "loses": True,
            "protected": True,
            "retained": False,
            "deletedFirst": False,
            "certain": True,
            "forcedBy": ["username"],
            "since": [],
            "edits": [{"path": "username", "kind": "changed", "before": "app", "after": "other"}],
            "notKnown": [],
        }
    ]
    lone = one(resource(ALARM, "a", {"x": 1}), resource(ALARM, "a", {"y": 2, "z": UNKNOWN}))
    (told,) = changes_document((lone,))
    assert told["edits"] == [{"path": "x", "kind": "removed", "before": 1}, {"path": "y", "kind": "added", "after": 2}]
    assert told["notKnown"] == ["z"]


def stored(gib: int, **said: Any) -> dict[str, Any]:
    return resource(INSTANCE, "database", {"allocatedStorage": gib}, **said)


def test_what_the_service_refuses_is_said_in_words() -> None:
    assert one(stored(100), stored(50)).refused == ("allocatedStorage: RDS never shrinks storage",)
    assert one(stored(50), stored(100)).refused == ()
    assert one(stored(100), stored(50), one_stack=False).refused == ()
    # What the program leaves to RDS is not asked of it, and what is not known is not said to shrink.
    assert found([stored(100)], [stored(50, ignoreChanges=["allocatedStorage"])]) == ()
    (unknown,) = found([stored(100)], [resource(INSTANCE, "database", {"allocatedStorage": UNKNOWN})])
    assert unknown.refused == ()


def test_what_is_replaced_anyway_is_not_refused() -> None:
    smaller = resource(INSTANCE, "database", {"allocatedStorage": 50, "username": "other"})
    change = one(resource(INSTANCE, "database", {"allocatedStorage": 100, "username": "app"}), smaller)
    assert (change.kind, change.refused) == ("replaced", ())
    assert "refused" not in changes_document((change,))[0]
    (said,) = changes_document((one(stored(100), stored(50)),))
    assert said["refused"] == ["allocatedStorage: RDS never shrinks storage"]


def copy(of: dict[str, Any], name: str = "copy", **said: Any) -> dict[str, Any]:
    depends = {"replicateSourceDb": [of["urn"]]}
    given = {"replicateSourceDb": "database", "username": of["inputs"]["username"]}
    return resource(INSTANCE, name, given, propertyDependencies=depends, **said)


def test_nobody_has_what_a_replica_holds_once_its_source_goes_too() -> None:
    source, other = database(), database("other")
    gone = found([source, copy(source)], [])
    assert [(change.name, change.loses, change.copied) for change in gone] == [
        ("copy", True, ""), ("database", True, ""),
    ]  # fmt: skip
    # Both are made anew, each empty.
    again = found([source, copy(source)], [other, copy(other)])
    assert [(c.name, c.kind, c.loses, c.copied) for c in again] == [
        ("copy", "replaced", True, ""), ("database", "replaced", True, ""),
    ]  # fmt: skip
    # A source that stays in the cloud has the rows still.
    kept = database(options={"retainOnDelete": True})
    assert [change.loses for change in found([kept, copy(kept)], [])] == [False, False]
