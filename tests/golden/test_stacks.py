"""Every stack as it was last agreed. For a wanted change: pytest tests/golden --golden-update, and review the diff."""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.golden.compact import compact
from tests.stacks import STACKS, stack_graph

pytestmark = pytest.mark.long

_SHOWN = 40
_MEANT = "Where that is meant: make update writes the file, and its difference belongs into the commit."
GOLDEN = Path(__file__).with_name("stacks")


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_registers_what_it_did(stack: str, pytestconfig: pytest.Config) -> None:
    file = GOLDEN / f"{stack}.txt"
    text = compact(stack_graph(stack, known=False))
    if pytestconfig.getoption("--golden-update", default=False):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"no golden graph of {stack}; make update writes it"
    agreed = file.read_text(encoding="utf-8").splitlines()
    changed = [*unified_diff(agreed, text.splitlines(), file.name, "as it is now", lineterm="", n=0)]
    assert not changed, "\n".join(
        [f"{stack} registers something else than tests/golden/stacks/{file.name} has:", *changed[2:_SHOWN], _MEANT]
    )


def test_every_golden_graph_has_its_stack() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(STACKS)
