import re

import pulumi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.stack_name import stack_name

LONGEST_STACK = 100
STACK_NAMES = st.from_regex(r"[a-zA-Z0-9._-]{1,100}", fullmatch=True)
"""What Pulumi takes: https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack"""
RESTS = st.from_regex(r"[a-z][a-z0-9]{0,19}(-[a-z0-9]{1,19})?", fullmatch=True)


def named(stack: str, rest: str, longest: int) -> str:
    """The name that a program of stack ``stack`` gives."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pulumi, "get_stack", lambda: stack)
        return stack_name(rest, longest=longest)


def test_what_fits_stays_as_it_is() -> None:
    assert named("prod", "dashboard", 32) == "prod-dashboard"
    assert named("confluence-lambda", "slow-or-failed", 32) == "confluence-lambda-slow-or-failed"


def test_a_long_or_odd_name_is_shortened_with_a_hash_of_its_own() -> None:
    assert re.fullmatch(r"a{10}-[0-9a-f]{6}-slow-or-failed", named("a" * LONGEST_STACK, "slow-or-failed", 32))
    assert named("a" * 99 + "b", "slow-or-failed", 32) != named("a" * 99 + "c", "slow-or-failed", 32)
    assert re.fullmatch(r"My-Odd-Stack-1-[0-9a-f]{6}-all", named("My.Odd_Stack-1", "all", 32))
    assert named("a.b", "all", 32) != named("a-b", "all", 32)


@given(STACK_NAMES, RESTS, st.integers(32, 255))
@example("._-", "all", 32)
@example("a" * LONGEST_STACK, "a-key-of-forty-characters-which-is-longest", 32)
def test_any_legal_stack_name_gives_a_legal_name(stack: str, rest: str, longest: int) -> None:
    name = named(stack, rest, longest)
    assert len(name) <= longest
    assert re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", name)
