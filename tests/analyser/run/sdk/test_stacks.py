"""Stacks that are run with an SDK loaded part by part and shortcuts, as here, register what they do without."""

import json
import subprocess
import sys

import pytest

from analyser.faces.formats import state
from analyser.run.sdk import finder
from tests.stacks import EVERY_STACK, ROOT, stack_graph

pytestmark = pytest.mark.long

_EACH = ("dev", "collaboration-dev", "mdreader-amplify", "consulting-dev", "confluence-lambda")
_STACKS = _EACH if EVERY_STACK else ("dev", "mdreader-amplify")
"""With and without a cluster; ``make soak`` runs one of each system."""
_PROGRAM = """
import contextlib, gc, json, sys
gc.disable()
from analyser.faces.formats import state
from analyser.run import program
program.shortcuts = contextlib.nullcontext
from tests.stacks import ROOT, stack_graph
for stack in sys.argv[1:]:
    print(json.dumps(state.deployment(stack_graph(stack))))
import pulumi_aws.ec2
print(type(pulumi_aws.ec2).__name__, file=sys.stderr)
"""


def test_stacks_register_the_same() -> None:
    command = [sys.executable, "-c", _PROGRAM, *_STACKS]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr.split() == ["module"]
    plain = [json.loads(line) for line in ended.stdout.splitlines()]
    parts = [json.loads(json.dumps(state.deployment(stack_graph(stack)))) for stack in _STACKS]
    import pulumi_aws.ec2

    assert type(pulumi_aws.ec2) is finder._Package
    assert parts == plain
