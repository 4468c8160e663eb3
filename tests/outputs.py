"""What recovery stacks read, as a file: for checks that run a program without previewing the stacks it refers to."""

from pathlib import Path

import yaml

from analyser.run.references import full_name
from systems.recovery_stack import CONTRACT_OUTPUT, HOME_OUTPUT, SECRETS
from tests.stacks import STACKS, home_of, stack_graph

FILE = Path(".ci/stack-outputs.yaml")


def homes() -> dict[str, str]:
    """Each recovery stack with its home stack."""
    return {stack: home for stack in STACKS if (home := home_of(stack))}


def outputs() -> str:
    """The file: stacks by full name, with the outputs that are read of them."""
    read = dict.fromkeys(homes().values(), CONTRACT_OUTPUT) | dict.fromkeys(homes(), HOME_OUTPUT)
    found = {
        full_name(stack): {
            key: value for key, value in stack_graph(stack).exports.items() if key in (output, f"{output}{SECRETS}")
        }
        for stack, output in read.items()
    }
    return yaml.safe_dump(found)
