"""Many changes of settings at once: packed so that what one breaks is found again by halving."""

import itertools
import random
import runpy
from collections.abc import Callable, Iterator, Sequence

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from analyser.run.program import ProgramError, run_program
from settings import SettingsError
from tests.settings.legal import Candidates, Change
from tests.stacks import ROOT

Judge = Callable[[Sequence[Change]], list[str]]


def trouble(candidates: Candidates, changes: Sequence[Change]) -> list[str]:
    """What goes wrong with settings that reading has let pass: lines of the program, and mandatory findings."""
    file = candidates.file
    try:
        graph = run_program(
            _program,
            stack=candidates.stack,
            config=candidates.config(changes),
            secret_keys=file.secret_keys,
            root=ROOT,
        )
    except SettingsError as error:
        return error.lines
    except ProgramError as error:
        return str(error).splitlines()
    return _mandatory(graph)


def _program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def _mandatory(graph: Graph) -> list[str]:
    blocking = (found for found in verdict(graph)[0] if found.blocks)
    return [f"{found.rule.id} {found.urn.rsplit('::', 1)[1]}: {found.message}" for found in blocking]


def packs(changes: Sequence[Change], legal: Callable[[Sequence[Change]], bool]) -> Iterator[list[Change]]:
    """Every change once, as many together as are legal together."""
    left = list(changes)
    chance = random.Random(0)
    while left:
        chance.shuffle(left)
        pack: list[Change] = []
        for change in left:
            apart = all(_apart(change[0], other[0]) for other in pack)
            if apart and legal([*pack, change]):
                pack.append(change)
        yield pack
        left = [change for change in left if change not in pack]


def pairs(changes: Sequence[Change], legal: Callable[[Sequence[Change]], bool]) -> Iterator[list[Change]]:
    """Sets of changes in which any two that are legal together stand together once: a covering array."""
    chance = random.Random(0)
    numbers = range(len(changes))
    open_pairs = {
        (one, other)
        for one, other in itertools.combinations(numbers, 2)
        if _apart(changes[one][0], changes[other][0]) and legal([changes[one], changes[other]])
    }
    while open_pairs:
        row = list(min(open_pairs))
        for number in chance.sample(numbers, len(numbers)):
            new = any((min(number, each), max(number, each)) in open_pairs for each in row)
            apart = all(_apart(changes[number][0], changes[each][0]) for each in row)
            if new and apart and legal([changes[each] for each in (*row, number)]):
                row.append(number)
        open_pairs -= set(itertools.combinations(sorted(row), 2))
        yield [changes[each] for each in row]


def _apart(one: Sequence[object], other: Sequence[object]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter]


def culprits(changes: list[Change], judge: Judge) -> list[tuple[list[Change], list[str]]]:
    """The smallest sets of changes that go wrong by themselves, each with what goes wrong."""
    found: list[tuple[list[Change], list[str]]] = []
    while said := judge(changes):
        least = _least(changes, judge)
        found.append((least, judge(least) or said))
        changes = [change for change in changes if change not in least[:1]]
        if not least:
            break
    return found


def _least(changes: list[Change], judge: Judge) -> list[Change]:
    """A part of ``changes`` that goes wrong and of which each is needed."""
    needed: list[Change] = []
    left = list(changes)
    while not judge(needed):
        low, high = 0, len(left)  # the first ``high`` go wrong together with what is needed, the first ``low`` do not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if judge([*needed, *left[:middle]]) else (middle, high)
        needed.append(left[high - 1])
        left = left[: high - 1]
    return needed
