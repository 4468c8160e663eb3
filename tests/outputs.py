"""What recovery stacks read, as a file: for checks that run a program without previewing the stacks it refers to."""

from pathlib import Path

import yaml

from analyser.run.references import full_name
from settings import stackfile
from settings.recovery import recovery_of
from systems.recovery_stack import HELD, TOLD
from tests.stacks import ROOT, STACKS, stack_graph

FILE = Path(".ci/stack-outputs.yaml")


def homes() -> dict[str, str]:
    """Each recovery stack with its home stack."""
    found = {stack: recovery_of(stackfile.read(ROOT, stack).config) for stack in STACKS}
    return {stack: recovery.home for stack, recovery in found.items() if recovery}


def outputs() -> str:
    """The file: stacks by full name, with the outputs that are read of them."""
    found = {full_name(home): {TOLD: stack_graph(home).exports[TOLD]} for home in homes().values()}
    found |= {full_name(stack): {HELD: stack_graph(stack).exports[HELD]} for stack in homes()}
    return yaml.safe_dump(found)
