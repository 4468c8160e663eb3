"""A stand-in for `pulumi preview --policy-pack FOLDER` in a program's folder, as the engine and its language host work.

By https://github.com/pulumi/pulumi/tree/1b5949891b: the pack is a folder with a PulumiPolicy.yaml
(`NewPolicyAnalyzer` in sdk/go/common/resource/plugin/analyzer_plugin.go), whose `virtualenv`, seen from that folder and
`venv` unless said (`parseOptions` in sdk/python/cmd/pulumi-language-python/main.go), has the Python that runs it; the
pack's process works in its own folder and is started from the program's. The engine asks for the listing, hands over
levels and thresholds of every policy (`ReconcilePolicyPackConfig` in
sdk/go/common/resource/plugin/analyzer_policy_config.go), then analyzes. Instead of running the program this reads
`resources.json` beside it, and answers with JSON.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import analyzer_pb2 as wire

from policy.model import STACK_TYPE
from tests.policy.engine.process import EMPTY, PackError, pack_process, struct

_LEVELS = {"advisory": wire.ADVISORY, "mandatory": wire.MANDATORY, "disabled": wire.DISABLED}


def main(arguments: list[str]) -> int:
    """Preview with these arguments; 1 where the pack is none or something mandatory is violated, as Pulumi's CLI."""
    options = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    folder = Path(options["--policy-pack"])
    chosen = json.loads(Path(file).read_text()) if (file := options.get("--policy-pack-config")) else {}
    project = yaml.safe_load(Path("Pulumi.yaml").read_text())["name"]
    try:
        answer = _ask(folder.resolve(), project, chosen)
    except PackError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(json.dumps(answer) + "\n")
    return int(any(each["enforcementLevel"] == "MANDATORY" for each in answer["diagnostics"]))


def _ask(folder: Path, project: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    said = yaml.safe_load((folder / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert said["runtime"]["name"] == "python"
    environment = folder / said["runtime"].get("options", {}).get("virtualenv", "venv")
    python = str(environment / "bin" / "python")
    root = f"{project}-prod"
    registered = [{"type": STACK_TYPE, "name": root, "inputs": {}}, *json.loads(Path("resources.json").read_text())]
    found, spared = [], []
    with pack_process("prod", "{}", project, folder, python) as stub:
        info = stub.GetAnalyzerInfo(EMPTY)
        stub.Configure(wire.ConfigureAnalyzerRequest(policyConfig=_reconciled(info, chosen)))
        stub.ConfigureStack(wire.AnalyzerStackConfigureRequest(stack="prod", project=project, dry_run=True))
        resources = [_resource(project, each) for each in registered]
        answers = [stub.Analyze(_request(each)) for each in resources]
        answers.append(stub.AnalyzeStack(wire.AnalyzeStackRequest(resources=resources)))
    for answer in answers:
        found += [MessageToDict(each, always_print_fields_with_no_presence=True) for each in answer.diagnostics]
        spared += [MessageToDict(each) for each in answer.not_applicable]
    # What PulumiPolicy.yaml says goes before what the pack says of itself.
    version = said.get("version") or info.version
    rules = [policy.name for policy in info.policies]
    return {"name": info.name, "version": version, "rules": rules, "diagnostics": found, "exempt": spared}


def _resource(project: str, said: Mapping[str, Any]) -> wire.AnalyzerResource:
    token, name = said["type"], said["name"]
    urn = f"urn:pulumi:prod::{project}::{token}::{name}"
    return wire.AnalyzerResource(type=token, name=name, urn=urn, properties=struct(said["inputs"]))


def _request(shown: wire.AnalyzerResource) -> wire.AnalyzeRequest:
    return wire.AnalyzeRequest(type=shown.type, name=shown.name, urn=shown.urn, properties=shown.properties)


def _reconciled(info: wire.AnalyzerInfo, chosen: Mapping[str, Any]) -> dict[str, wire.PolicyConfig]:
    configured = {}
    for policy in info.policies:
        entry = chosen.get(policy.name, chosen.get("all", {}))
        members = dict(entry) if isinstance(entry, dict) else {"enforcementLevel": entry}
        level = members.pop("enforcementLevel", None)
        shown = MessageToDict(policy.configSchema).get("properties", {})
        values = {key: each["default"] for key, each in shown.items() if "default" in each}
        configured[policy.name] = wire.PolicyConfig(
            enforcementLevel=_LEVELS[level] if level else policy.enforcementLevel,
            properties=struct({**values, **members}),
        )
    return configured


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
