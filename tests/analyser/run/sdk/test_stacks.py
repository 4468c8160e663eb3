"""A stack that is run with an SDK loaded part by part registers what it does with a plain one."""

import json
import os
import subprocess
import sys

from analyser.faces.formats import state
from analyser.run.sdk import finder
from tests.stacks import ROOT, stack_graph

_PROGRAM = """
import sys
from analyser.faces.commands.cli import run
from analyser.run import sdk
sdk.install()
code = run(["preview", sys.argv[1], "--format", "state"])
import pulumi_aws.ec2
print(type(pulumi_aws.ec2).__name__, file=sys.stderr)
sys.exit(code)
"""


def test_a_stack_registers_the_same() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", _PROGRAM, "dev"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.stderr.split() == [finder._Package.__name__]
    assert json.loads(ended.stdout) == json.loads(json.dumps(state.deployment(stack_graph("dev"))))
