"""A stack of each system, as ``test_plain.py`` has a program: ``make soak``, for a plain SDK takes long to load."""

import json
import subprocess
import sys

from analyser.faces.formats import state
from analyser.run.sdk import finder
from tests.stacks import ROOT, stack_graph

_STACKS = ("dev", "collaboration-dev", "mdreader-amplify", "consulting-dev", "confluence-lambda")
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
