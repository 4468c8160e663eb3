"""What of a pipeline only shows when it runs: machines, queues, logs, what is kept, the runner, alarms, names."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from analyser.graph import Graph, Node
from components.operations.build_project import DEPLOY_MINUTES
from components.security.deployment_role import DEPLOYMENT_ROLE, PLAN_ROLE
from settings.recovery import recovery_of

if TYPE_CHECKING:
    from tests.delivery.follow import Route

_KNOWN_DAYS = 365
"""How long CodePipeline knows an execution to go back to; ``components/operations/pipeline.py`` has the source."""
Links = Iterator[tuple[str, bool, str]]
PROJECT = "aws:codebuild/project:Project"


def runs(route: "Route") -> Links:
    """The kind of each link, whether it is broken, and what is wrong then."""
    yield from _pipeline(route)
    for name, project in route.projects.items():
        if project.inputs["source"]["type"] == "CODEPIPELINE":
            yield from _build(route, name, project)
    for stack, graph in route.targets.items():
        yield from _alarms(graph)
        if recovery_of(route.configs[stack]) is None:
            yield from _found(stack, graph)
        if graph.exports.get("deploymentRunner"):
            yield from _runner(stack, graph)


def told(project: Node) -> dict[str, str]:
    """What a build project tells its builds."""
    return {one["name"]: one["value"] for one in project.inputs["environment"].get("environmentVariables") or ()}


def _pipeline(route: "Route") -> Links:
    made = route.pipeline.inputs
    queues = (made["pipelineType"], made["executionMode"]) == ("V2", "QUEUED")
    yield "queue", not queues, "two pushes deploy at once, or the later one takes the place of the one before"
    (source,) = route.stages["Source"]
    form = source["configuration"].get("OutputArtifactFormat", "CODE_ZIP")
    yield "source", form != "CODE_ZIP", f"builds are handed {form}, for which they have no right to the connection"
    stacks = sorted(told(one).get("STACK", "") for one in route.projects.values() if _deploys(one))
    yield "stack", stacks != sorted(route.targets), f"{stacks} are deployed, and not {sorted(route.targets)}"
    arn = str(route.pipeline.outputs["arn"])
    yield from _kept(route)
    for name, project in route.projects.items():
        approves = route.may(str(project.inputs["serviceRole"]), "codepipeline:PutApprovalResult", f"{arn}/*/*")
        yield "approval", approves, f"{name} may answer for whoever is asked"
    script = route.files["delivery/infrastructure.sh"]
    yield "policies", "--policy-pack policy" not in script, "nothing that is deployed is judged by the policies"
    yield from _source(route.files)
    profile = route.files.get("delivery/deploy.yml", "")
    becomes = "credential_source = EcsContainer" in profile and "$DEPLOYMENT_ROLE_ARN" in profile
    yield "role", not becomes, "builds have no profile by which they become the role that deploys"


def _source(files: Mapping[str, str]) -> Links:
    """A zip keeps neither what may be run nor a repository; https://github.com/aws/jsii/pull/671 met the latter."""
    for path, first in (("delivery/deploy.yml", "- delivery/install.sh"), ("delivery/test.yml", "- make test")):
        before, _, _ = files.get(path, "").partition(first)
        kept = "chmod +x $(grep --files-with-matches '^#!' " in before
        yield "script", not kept, f"{path} may run no script of its source"
    tested = files.get("delivery/test.yml", "")
    yield "script", "- git init" not in tested.partition("- make test")[0], "tests find no repository in their source"
    alone = "- make previews" not in files.get("delivery/scan.yml", "")
    yield "names", alone, "no stack is held against the others before it is deployed"
    node = "nodejs: 24" in tested and "nodejs: 24" in files.get("delivery/deploy.yml", "")
    yield "site", not node, "the site is built by another Node than tested it"


def _deploys(project: Node) -> bool:
    role = told(project).get("DEPLOYMENT_ROLE_ARN", f"/{PLAN_ROLE}")
    return project.inputs["source"]["type"] == "CODEPIPELINE" and not role.endswith(f"/{PLAN_ROLE}")


def _kept(route: "Route") -> Links:
    """A stage goes back with what its source stage once handed on."""
    (store,) = route.pipeline.inputs["artifactStores"]
    for node in route.graph.of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"):
        if node.inputs["bucket"] == store["location"]:
            days = [one["expiration"]["days"] for one in node.inputs["rules"] if one.get("expiration")]
            yield (
                "rollback",
                min(days, default=_KNOWN_DAYS) < _KNOWN_DAYS,
                f"what stages hand on goes after {days} days",
            )


def _build(route: "Route", name: str, project: Node) -> Links:
    place, role = project.inputs["environment"], str(project.inputs["serviceRole"])
    alike = ("aarch64" in place["image"]) == (place["type"] == "ARM_CONTAINER")
    yield "image", not alike, f"{name} starts {place['image']} on a {place['type']}"
    short = "STACK" in told(project) and project.inputs["buildTimeout"] < DEPLOY_MINUTES
    yield "time", short, f"{name} ends after {project.inputs['buildTimeout']} minutes, at whatever it is"
    group = project.inputs["logsConfig"]["cloudwatchLogs"]["groupName"]
    arns = [str(one.outputs["arn"]) for one in route.graph.of_type("aws:cloudwatch/logGroup:LogGroup")
            if one.outputs["name"] == group]  # fmt: skip
    writes = arns and route.may(role, "logs:PutLogEvents", f"{arns[0]}:log-stream:{name}")
    yield "log", not writes, f"{name} may not write its log"


def _alarms(graph: Graph) -> Links:
    made = {str(node.outputs.get("name")) for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for group in graph.of_type("aws:codedeploy/deploymentGroup:DeploymentGroup"):
        asked = set((group.inputs.get("alarmConfiguration") or {}).get("alarms") or ())
        yield "canary", not asked <= made, f"{group.name} asks alarms that nobody makes"


def _found(stack: str, graph: Graph) -> Links:
    address = graph.exports.get("healthUrl")
    host = str(address).removeprefix("https://").partition("/")[0]
    names = {str(node.inputs.get("name")).rstrip(".") for node in graph.of_type("aws:route53/record:Record")}
    yield "health", host not in names, f"nobody finds {host}, where {stack} is asked"


def _runner(stack: str, graph: Graph) -> Links:
    """The project that deploys and the one that plans, each in its network and for this stack."""
    said = graph.exports["deploymentRunner"]
    made = {str(node.outputs["name"]): node for node in graph.of_type(PROJECT)}
    yield "runner", said.get("region") != graph.region, f"the runner of {stack} is looked for in {said.get('region')}"
    entries = {str(one.inputs["principalArn"]) for one in graph.of_type("aws:eks/accessEntry:AccessEntry")}
    for kind, role in (("project", DEPLOYMENT_ROLE), ("planner", PLAN_ROLE)):
        node = made.get(str(said.get(kind)))
        if node is None:
            continue
        own = told(node)
        yield "runner", own["STACK"] != stack, f"the {kind} of {stack} works for {own['STACK']}"
        is_it = own["DEPLOYMENT_ROLE_ARN"].endswith(f":role/{role}")
        yield "runner", not is_it, f"the {kind} of {stack} becomes {own['DEPLOYMENT_ROLE_ARN']}"
        bucket = str(node.inputs["source"]["location"]).partition("/")[0]
        yield "runner", bucket != said.get("bucket"), f"the {kind} of {stack} reads another bucket than is written"
        yield "runner", not node.inputs.get("vpcConfig"), f"the {kind} of {stack} is in no network"
        # Who made the cluster is its administrator without an entry.
        unknown = kind == "planner" and own["DEPLOYMENT_ROLE_ARN"] not in entries
        yield "runner", unknown, f"the cluster of {stack} does not know who plans"
        yield from _becomes(kind, stack, graph, node, own["DEPLOYMENT_ROLE_ARN"])


def _becomes(kind: str, stack: str, graph: Graph, node: Node, wanted: str) -> Links:
    roles = {str(one.outputs["arn"]): one.outputs["name"] for one in graph.of_type("aws:iam/role:Role")}
    name = roles.get(str(node.inputs["serviceRole"]))
    may: set[str] = set()
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        if policy.inputs["role"] == name:
            for one in json.loads(policy.inputs["policy"])["Statement"]:
                may |= set(one["Resource"]) if "sts:AssumeRole" in one["Action"] else set()
    yield "runner", may != {wanted}, f"the {kind} of {stack} may become {sorted(may)}"
