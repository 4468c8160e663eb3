"""Writes the AWS-managed policies that the stacks attach: ``python -m analyser.analyses.rights.generate``.

Run it after a stack attached another one, or after moto was updated. A test fails while the file is stale.
"""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analyser.analyses.rights.managed import ARN, FILE
from analyser.graph import Graph
from analyser.run.program import run_stack
from settings.stackfile import stack_names

_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def attached(graphs: Iterable[Graph]) -> set[str]:
    """Path and name of every AWS-managed policy that is attached to a role, as in the policy's ARN."""
    nodes = [node for graph in graphs for node in graph.of_type(_ATTACHMENT)]
    found = (ARN.fullmatch(str(node.inputs["policyArn"])) for node in nodes)
    return {match.group(1) for match in found if match}


def table(names: Iterable[str]) -> dict[str, Any]:
    """The documents of these policies. Raises KeyError for one that the source does not know."""
    # A tool of development, absent where strata runs.
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies = {f"{found['Path']}{name}"[1:]: found for name, found in json.loads(aws_managed_policies_data).items()}
    return {name: policies[name]["Document"] for name in sorted(names)}


def main() -> None:
    """Write the file beside this module."""
    root = Path(__file__).resolve().parents[3]
    graphs = (run_stack(root, stack) for stack in stack_names(root))
    text = json.dumps(table(attached(graphs)), separators=(",", ":"), sort_keys=True)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
