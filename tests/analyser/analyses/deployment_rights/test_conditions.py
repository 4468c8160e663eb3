"""A condition asks for a key that requests of each of its actions bring; for any other it would never hold."""

import copy
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from policy.iam.actions import expand
from policy.iam.generate import source
from tests.analyser.analyses.deployment_rights.judged import FULLEST, boundary, rights

OF_EVERY_REQUEST = {"aws:principalarn", "aws:requestedregion"}
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""


@functools.cache
def _definitions() -> dict[str, Any]:
    return source()


@functools.cache
def _keys(action: str) -> frozenset[str]:
    """The keys of an action and of what it is about, in AWS's reference, in small letters."""
    service, _, name = action.partition(":")
    definition = _definitions()[service]
    listed = definition["privileges"][name]["resource_types"]
    kinds = [definition["resources"].get(kind.rstrip("*"), {}) for kind in listed]
    every = [key for one in (*listed.values(), *kinds) for key in one.get("condition_keys", ())]
    return frozenset(key.lower().replace("${tagkey}", "*") for key in every)


def unsupported(documents: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Sid, key and action of each that do not go together; what denies everything denies what brings the key."""
    for one in (
        statement for document in documents for statement in document["Statement"] if "*" not in statement["Action"]
    ):
        asked = {key.lower() for keys in one.get("Condition", {}).values() for key in keys} - OF_EVERY_REQUEST
        for action in {action.name for pattern in one["Action"] for action in expand(pattern)} if asked else ():
            for key in asked:
                if not {key, f"{key.rpartition('/')[0]}/*"} & _keys(action):
                    yield one["Sid"], key, action


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("stack", FULLEST)
def test_each_action_knows_the_keys_that_it_stands_with(stack: str, reading: bool) -> None:
    assert not [*unsupported((*rights(stack, reading=reading).documents, boundary(stack)))]


def test_a_fault_is_seen() -> None:
    documents = copy.deepcopy(rights("mdreader-prod").documents)
    bound = next(one for document in documents for one in document["Statement"] if one["Sid"] == "BoundRoles")
    bound["Action"] = [*bound["Action"], "iam:PassRole"]
    assert ("BoundRoles", "iam:permissionsboundary", "iam:PassRole") in set(unsupported(documents))
