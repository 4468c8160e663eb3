"""Every legal value of every setting, and every pair of switches, builds its stack: ``make soak``.

What reading a stack file has let pass ends in no line of code, and in no mandatory finding of the project's own pack.
What only building finds out is said in a line of the file.
"""

import itertools

import pytest

from tests.settings.legal import Candidates, Change, candidates
from tests.settings.packed import culprits, packs, pairs, trouble
from tests.settings.switches import switches
from tests.stacks import STACKS


def legal(stack: str) -> list[Change]:
    """The changes of a stack's settings that are taken, one at a time."""
    return [change for change in candidates(stack).all() if not candidates(stack).refusal([change])]


def wrong(found: Candidates, changes: list[Change]) -> list[tuple[list[Change], list[str]]]:
    """The smallest parts of ``changes`` that end in anything but a stack or a line of its file."""
    seen = culprits(changes, lambda some: [] if found.refusal(some) else trouble(found, some))
    file = f"Pulumi.{found.stack}.yaml: "
    return [(least, said) for least, said in seen if not all(_is_plain(line, file) for line in said)]


def _is_plain(line: str, file: str) -> bool:
    return line.startswith(file) and "Settings." not in line and "invalid literal" not in line


@pytest.mark.parametrize("stack", STACKS)
def test_every_legal_value_builds_its_stack(stack: str) -> None:
    found = candidates(stack)
    together = packs(legal(stack), lambda some: not found.refusal(some))
    assert list(itertools.chain.from_iterable(wrong(found, pack) for pack in together)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_pair_of_switches_builds_its_stack(stack: str) -> None:
    found = candidates(stack)
    single = [change for change in switches(stack) if not found.refusal([change])]
    rows = list(pairs(single, lambda some: not found.refusal(some)))
    assert rows
    assert list(itertools.chain.from_iterable(wrong(found, row) for row in rows)) == []
