"""What happens in which stage of a pipeline: their order, whose build does it, and what starts each."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyser.graph import Node
from settings.stackfile import mapping

if TYPE_CHECKING:
    from tests.delivery.follow import Route

STAGES = [
    *("Source", "BuildAndTest", "SecurityScanning", "InfrastructureDeployment", "ApplicationDeployment"),
    *("IntegrationTesting", "ProductionApproval", "ProductionDeployment"),
]
COMMANDS = {
    "delivery/test.yml": "- make test\n",
    "delivery/scan.yml": "- make audit ",
    "delivery/deploy.yml": "- delivery/install.sh\n",
}
Links = Iterator[tuple[str, bool, str]]


def stages(route: "Route") -> Links:
    """The kind of each link, whether it is broken, and what is wrong then."""
    yield "order", list(route.stages) != STAGES, f"the stages are {list(route.stages)}"
    elsewhere = route.pipeline.inputs.get("region") not in (None, route.graph.region)
    yield "region", elsewhere, "the pipeline is in another region than its projects and its bucket"
    for path, command in COMMANDS.items():
        yield "script", command not in route.files.get(path, command), f"{path} does not {command.strip('- ')}"
    pipeline = mapping(route.configs[route.graph.stack], "strata:settings")["pipeline"]
    for stage, actions in route.stages.items():
        orders = [one.get("runOrder", 1) for one in actions]
        yield "steps", len(set(orders)) != len(orders), f"something happens beside something else in {stage}"
        for action in actions:
            if action["provider"] == "CodeBuild":
                yield from _action(route, stage, action, pipeline)
    yield from _trusted(route)
    name = route.pipeline.outputs["name"]
    rules = [
        json.loads(one.inputs.get("eventPattern") or "{}")
        for one in route.graph.of_type("aws:cloudwatch/eventRule:EventRule")
    ]
    heard = [one for one in rules if one.get("source") == ["aws.codepipeline"] and name in one["detail"]["pipeline"]]
    yield "heard", not heard, "nobody hears of an execution that fails"


def _action(route: "Route", stage: str, action: dict[str, Any], pipeline: dict[str, Any]) -> Links:
    at = f"{stage}/{action['name']}"
    yield "source", len(action["inputArtifacts"]) != 1, f"{at} is given {action['inputArtifacts']}"
    told = json.loads(action["configuration"].get("EnvironmentVariables", "[]"))
    looked_up = [one["name"] for one in told if one.get("type", "PLAINTEXT") != "PLAINTEXT"]
    yield "script", bool(looked_up), f"{at} looks up {looked_up} somewhere"
    project = route.projects.get(action["configuration"]["ProjectName"])
    if project is None:
        return
    alone = {"BuildAndTest": "delivery/test.yml", "SecurityScanning": "delivery/scan.yml"}.get(stage)
    does = project.inputs["source"]["buildspec"]
    yield "build", alone not in (None, does), f"{at} does {does}"
    if alone is None:
        where = "recovery" if action["name"].startswith("Recovery") else "production"
        wanted = pipeline[where if stage.startswith("Production") else "staging"]["stack"]
        stack, state = (_variable(project, name) for name in ("STACK", "PULUMI_BACKEND_URL"))
        kind = "plan" if stage == "ProductionApproval" else "stack"
        yield kind, stack != wanted, f"{at} is done to {stack}, and not to {wanted}"
        yield "plan" if kind == "plan" else "state", state != pipeline["state"], f"{at} takes {state} for the state"


def _variable(project: Node, name: str) -> str | None:
    told = project.inputs["environment"].get("environmentVariables") or ()
    return next((one["value"] for one in told if one["name"] == name), None)


def _trusted(route: "Route") -> Links:
    """Who takes the roles of the pipeline and of its builds."""
    roles = {str(one.outputs["arn"]): one for one in route.graph.of_type("aws:iam/role:Role")}
    takers = [(str(route.pipeline.inputs["roleArn"]), "codepipeline"), *(
        (str(one.inputs["serviceRole"]), "codebuild") for one in route.projects.values())]  # fmt: skip
    for arn, service in takers:
        trust = json.loads(roles[arn].inputs["assumeRolePolicy"])["Statement"] if arn in roles else []
        given = [one["Principal"].get("Service") for one in trust if one["Effect"] == "Allow"]
        named = f"{service}.amazonaws.com"
        yield (
            "role",
            not any(named in ([one] if isinstance(one, str) else one or ()) for one in given),
            (f"{service} may not take {arn}"),
        )
