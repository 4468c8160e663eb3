import re

import pulumi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.stack_name import stack_name

LONGEST_STACK = 100
STACK_NAMES = st.text("azAZ09._-", min_size=1, max_size=LONGEST_STACK)
"""What Pulumi takes, by the ends of each kind of letter, so that odd ones are often at an end or beside each other:
https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack"""
WORDS = st.text("az09", min_size=1, max_size=19)
RESTS = st.lists(WORDS, min_size=1, max_size=2).map("-".join).map("a{}".format)
LENGTHS = st.one_of(st.integers(32, 50), st.integers(51, 255))


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


@given(STACK_NAMES, RESTS, LENGTHS)
@example("._-", "all", 32)
@example("a-", "all", 32)
@example("a" * 29, "all", 32)
@example("a" * 20 + "-" + "a" * 20, "all", 32)
@example("a" * LONGEST_STACK, "a-key-of-forty-characters-which-is-longest", 32)
def test_any_legal_stack_name_gives_a_legal_name(stack: str, rest: str, longest: int) -> None:
    name = named(stack, rest, longest)
    assert len(name) <= longest
    assert re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", name)
