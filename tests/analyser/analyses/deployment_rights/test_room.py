"""Policies fit into what IAM takes, with the longest name that a stack may have and a fifth more roles."""

import pytest

from analyser.analyses.deployment_rights.boundary import boundary_of
from analyser.analyses.deployment_rights.documents import LARGEST, MOST, size
from analyser.analyses.deployment_rights.names import SUFFIX, fewer
from analyser.analyses.deployment_rights.rights import rights_for
from analyser.run.mock_cloud import ACCOUNT_ID
from tests.analyser.analyses.deployment_rights.grown import grown, longest
from tests.analyser.analyses.deployment_rights.judged import companions
from tests.stacks import EVERY_STACK, STACKS, serving

LONGEST = STACKS if EVERY_STACK else ("confluence-prod", "mdreader-prod")
"""The stacks with most rights and most roles; ``make soak`` tries all."""


@pytest.mark.parametrize("stack", STACKS)
def test_a_boundary_has_room(stack: str) -> None:
    graph = grown(serving(stack))
    assert size(boundary_of(graph, [longest(one) for one in companions(stack)])) <= LARGEST


@pytest.mark.parametrize("stack", LONGEST)
def test_rights_have_room(stack: str) -> None:
    graph = grown(serving(stack))
    boundary = f"arn:aws:iam::{ACCOUNT_ID}:policy/{'b' * 128}"
    others = [longest(one) for one in companions(stack)]
    found = rights_for(graph, state="s" * 63, boundary=boundary, companions=others)
    assert len(found.documents) <= MOST
    assert all(size(one) <= LARGEST for one in found.documents)


def test_more_roles_are_more() -> None:
    graph = serving("confluence-prod")
    before, after = (len(one.of_type("aws:iam/role:Role")) for one in (graph, grown(graph)))
    assert after >= before * 1.2
    assert size(boundary_of(grown(graph))) != size(boundary_of(graph))


def test_of_many_roles_the_ends_are_kept() -> None:
    """Somebody else's role that begins alike can be neither passed nor, while it has no tag, made the stack's own."""
    roles = [f"arn:aws:iam::1:role/app-{word}-{end}-role-{SUFFIX}" for word in "abcdef" for end in ("x", "y")]
    assert fewer(roles) == [f"arn:aws:iam::1:role/app-*-role-{SUFFIX}"]
