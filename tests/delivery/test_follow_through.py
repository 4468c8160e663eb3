"""Every pipeline, followed from a commit to a healthy target; and each link of it, broken once."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyser.graph import Graph, Node
from settings import stackfile
from settings.delivery import Deployer, delivery_of
from settings.stackfile import mapping
from tests.delivery.answering import answers_by_api
from tests.delivery.follow import PIPELINE, PROJECT, Route, broken
from tests.stacks import ROOT, STACKS, home_of, stack_graph

HOLDERS = [s for s in STACKS if mapping(stackfile.read(ROOT, s).config, "strata:settings").get("pipeline")]
POLICY = "aws:iam/rolePolicy:RolePolicy"


def files() -> dict[str, str]:
    """What builds find in ``delivery/``; a script without the right to be run is none."""
    kept = [p for p in sorted((ROOT / "delivery").iterdir()) if p.suffix == ".yml" or p.stat().st_mode & 0o100]
    return {str(Path("delivery") / path.name): path.read_text() for path in kept}


def route(holder: str, *also: str) -> Route:
    configs = {s: stackfile.read(ROOT, s).config for s in STACKS}
    pipeline = mapping(configs[holder], "strata:settings")["pipeline"]
    targets = [one["stack"] for one in pipeline.values() if isinstance(one, dict)]
    return Route(stack_graph(holder), {s: stack_graph(s) for s in (*targets, *also)}, configs, files())


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_commit_comes_to_a_healthy_target(holder: str) -> None:
    assert broken(route(holder)) == []


def test_every_stack_that_a_pipeline_deploys_is_followed() -> None:
    deployed = {s for s in STACKS if delivery_of(stackfile.read(ROOT, s).config).by is Deployer.PIPELINE}
    assert deployed == {s for holder in HOLDERS for s in route(holder).targets}
    assert len(HOLDERS) >= 3


BY_COMMIT = [s for s in STACKS if delivery_of(stackfile.read(ROOT, s).config).by is not Deployer.HAND]


@pytest.mark.parametrize("stack", BY_COMMIT)
def test_jobs_of_each_environment_get_in_and_become_what_they_are_for(stack: str) -> None:
    """The home makes the roles of a recovery stack, which is in the same account; drift is looked for in all."""
    graph, roles = stack_graph(home_of(stack) or stack), {}
    for node in graph.of_type("aws:iam/role:Role"):
        (statement, *_) = json.loads(node.inputs["assumeRolePolicy"])["Statement"]
        claims = statement.get("Condition", {}).get("StringEquals", {})
        said = claims.get("token.actions.githubusercontent.com:sub", [])
        assert not said or claims["token.actions.githubusercontent.com:ref"] == "refs/heads/main"
        for subject in [said] if isinstance(said, str) else said:
            roles[subject.rpartition(":")[2]] = node.outputs["name"]
    becomes = {}
    for node in graph.of_type(POLICY):
        for one in json.loads(node.inputs["policy"])["Statement"]:
            if "sts:AssumeRole" in one["Action"]:
                becomes[node.inputs["role"]] = [arn.rpartition("/")[2] for arn in one["Resource"]]
    assert {place: becomes[roles[place]] for place in (stack, f"{stack}-plan")} == {
        stack: ["strata-deploy"],
        f"{stack}-plan": ["strata-preview"],
    }


@pytest.mark.parametrize("stack", [s for s in STACKS if home_of(s) is None])
def test_integration_asks_the_api_of_every_stack(stack: str) -> None:
    assert answers_by_api(stack_graph(stack)), (
        "the output healthUrl of the system has to lead to its API, not to a bucket"
    )


Change = Callable[[Route], Route]


def edited(graph: Graph, change: Callable[[Node], Any]) -> Graph:
    """The graph with copies of its nodes that a change was put to; a node for which it returns False goes."""
    nodes = [
        copy.deepcopy(n) if n.name.startswith("delivery") or n.type.startswith(("aws:c", "aws:eks/access")) else n
        for n in graph.nodes
    ]
    kept = [node for node in nodes if change(node) is not False]
    return Graph(graph.project, graph.stack, kept, graph.exports, region=graph.region, config=graph.config)


def of_pipeline(change: Callable[[Node], Any]) -> Change:
    def made(route: Route) -> Route:
        graph = edited(route.graph, change)
        targets = {**route.targets, graph.stack: graph}
        return Route(graph, targets, route.configs, route.files)

    return made


def stages(change: Callable[[dict[str, list[dict[str, Any]]]], Any]) -> Change:
    def put(node: Node) -> None:
        if node.type == PIPELINE:
            change({stage["name"]: stage["actions"] for stage in node.inputs["stages"]})

    return of_pipeline(put)


def statement(policy: str, sid: str, change: Callable[[dict[str, Any]], Any]) -> Change:
    def put(node: Node) -> None:
        if node.type == POLICY and node.name == policy:
            document = json.loads(node.inputs["policy"])
            for one in document["Statement"]:
                if one["Sid"].startswith(sid):
                    change(one)
            node.inputs["policy"] = json.dumps(document)

    return of_pipeline(put)


def nothing(one: dict[str, Any]) -> None:
    one["Resource"] = ["arn:aws:s3:::elsewhere/*"]


def anybody(one: dict[str, Any]) -> None:
    one.update(Action=["sts:AssumeRole"], Resource=["*"])


def told(project: str, name: str, value: str) -> Change:
    def put(node: Node) -> None:
        if node.type == PROJECT and node.name == project:
            for one in node.inputs["environment"]["environmentVariables"]:
                if one["name"] == name:
                    one["value"] = value

    return of_pipeline(put)


def without(path: str) -> Change:
    return lambda r: replace_files(r, {k: v for k, v in r.files.items() if k != path})


def replace_files(route: Route, kept: dict[str, str]) -> Route:
    return Route(route.graph, route.targets, route.configs, kept)


def script(path: str, text: str, instead: str) -> Change:
    return lambda r: replace_files(r, {**r.files, path: r.files[path].replace(text, instead)})


def goes_on(stage: str) -> Change:
    def put(node: Node) -> None:
        if node.type == PIPELINE:
            (one,) = [one for one in node.inputs["stages"] if one["name"] == stage]
            one.pop("onFailure")

    return of_pipeline(put)


def config(stack: str, key: str, value: str) -> Change:
    return lambda r: Route(r.graph, r.targets, {**r.configs, stack: {**r.configs[stack], key: value}}, r.files)


def exports(stack: str, **values: Any) -> Change:
    def made(r: Route) -> Route:
        graph = r.targets[stack]
        other = {key: value for key, value in {**graph.exports, **values}.items() if value is not None}
        changed = Graph(graph.project, graph.stack, graph.nodes, other, region=graph.region, config=graph.config)
        return Route(r.graph, {**r.targets, stack: changed}, r.configs, r.files)

    return made


def lacks(stack: str, token: str) -> Change:
    def made(r: Route) -> Route:
        graph = edited(r.targets[stack], lambda node: node.type != token)
        return Route(r.graph, {**r.targets, stack: graph}, r.configs, r.files)

    return made


def inputs(token: str, key: str, value: Any) -> Change:
    def put(node: Node) -> None:
        if node.type == token:
            node.inputs[key] = value

    return of_pipeline(put)


def of_target(stack: str, token: str, change: Callable[[Node], Any]) -> Change:
    """The nodes of a type in one target, changed; one for which the change returns False goes."""

    def made(r: Route) -> Route:
        graph = r.targets[stack]
        nodes = [copy.deepcopy(node) if node.type == token else node for node in graph.nodes]
        kept = [node for node in nodes if node.type != token or change(node) is not False]
        changed = Graph(graph.project, stack, kept, graph.exports, region=graph.region, config=graph.config)
        home = changed if r.graph.stack == stack else r.graph
        return Route(home, {**r.targets, stack: changed}, r.configs, r.files)

    return made


def no(_: Node) -> bool:
    return False


def place(**other: str) -> Callable[[Node], Any]:
    return lambda node: node.inputs["environment"].update(other)


def runner(**other: str) -> Change:
    return lambda r: exports(STAGING, deploymentRunner={**r.targets[STAGING].exports["deploymentRunner"], **other})(r)


def runs_for(stack: str) -> Callable[[Node], Any]:
    def put(node: Node) -> None:
        for one in node.inputs["environment"]["environmentVariables"]:
            if one["name"] == "STACK":
                one["value"] = stack

    return put


def planner_deploys(node: Node) -> None:
    if node.name == "deployment-runner-plans-build-policy":
        node.inputs["policy"] = node.inputs["policy"].replace("strata-preview", "strata-deploy")


def may_approve(node: Node) -> None:
    if node.name == "delivery-staging-build-policy":
        document = json.loads(node.inputs["policy"])
        right = {"Sid": "Answer", "Effect": "Allow", "Action": ["codepipeline:PutApprovalResult"], "Resource": ["*"]}
        node.inputs["policy"] = json.dumps({**document, "Statement": [*document["Statement"], right]})


def clone(node: Node) -> None:
    node.inputs["stages"][0]["actions"][0]["configuration"]["OutputArtifactFormat"] = "CODEBUILD_CLONE_REF"


def short_lived(node: Node) -> None:
    if node.name.startswith("delivery"):
        node.inputs["rules"][0]["expiration"] = {"days": 30}


def swap(actions: dict[str, list[dict[str, Any]]]) -> None:
    first, second = actions["InfrastructureDeployment"]
    first["runOrder"], second["runOrder"] = second["runOrder"], first["runOrder"]


def gone(token: str) -> Change:
    return of_pipeline(lambda node: node.type != token)


LAMBDA, MDREADER, EKS = "confluence-lambda", "mdreader-prod", "confluence-prod"
STAGING = "confluence-dev"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
SOURCE = "delivery-service-policy"
DEPLOYER = "arn:aws:iam::111122223333:role/strata-deploy"
ACCESS = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
SEEDED = [
    (LAMBDA, "connection", gone("aws:codeconnections/connection:Connection")),
    (LAMBDA, "connection", statement(SOURCE, "ReadRepository", nothing)),
    (LAMBDA, "source", stages(lambda s: s["Source"][0]["configuration"].update(BranchName="trunk"))),
    (LAMBDA, "source", stages(lambda s: s["BuildAndTest"][0].update(inputArtifacts=["Other"]))),
    (LAMBDA, "artifacts", inputs(PIPELINE, "artifactStores", [{"location": "elsewhere", "type": "S3"}])),
    (LAMBDA, "artifacts", statement(SOURCE, "HandOn", nothing)),
    (LAMBDA, "artifacts", statement("delivery-staging-build-policy", "Take", nothing)),
    (LAMBDA, "build", stages(lambda s: s["SecurityScanning"][0]["configuration"].update(ProjectName="nobody's"))),
    (LAMBDA, "build", statement(SOURCE, "Build", nothing)),
    (LAMBDA, "script", without("delivery/deploy.yml")),
    (LAMBDA, "script", without("delivery/site.sh")),
    (LAMBDA, "script", script("delivery/deploy.yml", "chmod +x", "true")),
    (LAMBDA, "script", script("delivery/test.yml", "chmod +x", "true")),
    (LAMBDA, "script", script("delivery/test.yml", "git init", "true")),
    (LAMBDA, "names", script("delivery/scan.yml", "make previews", "make preview")),
    (LAMBDA, "site", script("delivery/deploy.yml", "nodejs: 24", "nodejs: 22")),
    (LAMBDA, "steps", stages(swap)),
    (LAMBDA, "steps", stages(lambda s: s["ProductionDeployment"].pop(2))),
    (LAMBDA, "steps", stages(lambda s: s["ProductionDeployment"][2].update(runOrder=2))),
    (LAMBDA, "approval", stages(lambda s: s["ProductionApproval"].pop(1))),
    (LAMBDA, "approval", stages(lambda s: s["ProductionApproval"][1]["configuration"].pop("NotificationArn"))),
    (LAMBDA, "plan", stages(lambda s: s["ProductionApproval"].pop(0))),
    (LAMBDA, "plan", stages(lambda s: s["Source"][0].update(namespace="Other"))),
    (LAMBDA, "plan", stages(lambda s: s["ProductionApproval"][0].update(namespace="Other"))),
    (LAMBDA, "plan", stages(lambda s: s["ProductionDeployment"][1].update(configuration={
        **s["ProductionDeployment"][1]["configuration"],
        "EnvironmentVariables": '[{"name": "STEP", "value": "infrastructure"}]'}))),
    (LAMBDA, "plan", told("delivery-plan-project", "STACK", "confluence-lambda-dev")),
    (LAMBDA, "plan", told("delivery-plan-project", "PULUMI_BACKEND_URL", "s3://elsewhere")),
    (LAMBDA, "plan", told("delivery-plan-project", "DEPLOYMENT_ROLE_ARN", DEPLOYER)),
    (LAMBDA, "plan", script("delivery/deploy.yml", "    - PLANNED\n", "")),
    (LAMBDA, "plan", script("delivery/infrastructure.sh", "--plan ", "")),
    (LAMBDA, "role", statement("delivery-plan-build-policy", "AssumeDeploymentRole", nothing)),
    (LAMBDA, "rollback", goes_on("ProductionDeployment")),
    (LAMBDA, "rollback", goes_on("InfrastructureDeployment")),
    (LAMBDA, "rollback", stages(lambda s: s["ProductionDeployment"].append(s["ProductionApproval"][1]))),
    (LAMBDA, "rollback", script("delivery/infrastructure.sh", "$kept.done", "")),
    (EKS, "network", exports("confluence-dev", deploymentRunner={"project": "confluence-dev-deploy"})),
    (EKS, "network", inputs(ACCESS, "policyArn", "x/AmazonEKSEditPolicy")),
    (EKS, "network", script("delivery/step.sh", "plan | infrastructure", "infrastructure")),
    (LAMBDA, "approval", gone("aws:sns/topicSubscription:TopicSubscription")),
    (LAMBDA, "approval", statement(SOURCE, "Tell", nothing)),
    (LAMBDA, "key", statement(SOURCE, "HandOn", lambda one: one.update(Action=["s3:PutObject"]))),
    (LAMBDA, "stack", told("delivery-staging-project", "STACK", "nope")),
    (LAMBDA, "stack", config("confluence-lambda-dev", "strata:settings", '{"model": "eks"}')),
    (LAMBDA, "state", told("delivery-staging-project", "PULUMI_BACKEND_URL", "file:///state")),
    (LAMBDA, "account", config("confluence-lambda-dev", "aws:allowedAccountIds", '["999988887777"]')),
    (LAMBDA, "role", statement("delivery-staging-build-policy", "AssumeDeploymentRole", nothing)),
    (LAMBDA, "role", statement("delivery-test-build-policy", "Take", anybody)),
    (LAMBDA, "health", exports("confluence-lambda-dev", healthUrl="https://lambda-dev.confluence-clone.app/health")),
    (LAMBDA, "health", exports("confluence-lambda-dev", healthUrl=None)),
    (LAMBDA, "canary", inputs("aws:codedeploy/deploymentGroup:DeploymentGroup", "deploymentGroupName", "another")),
    (LAMBDA, "canary", inputs("aws:codedeploy/deploymentGroup:DeploymentGroup", "alarmConfiguration", None)),
    (LAMBDA, "rollback", inputs("aws:codedeploy/deploymentGroup:DeploymentGroup", "autoRollbackConfiguration", None)),
    (EKS, "network", exports("confluence-dev", deploymentRunner=None)),
    (EKS, "images", told("delivery-production-project", "PROMOTE_FROM", "nope")),
    (EKS, "images", lacks("confluence-dev", "aws:ecr/repositoryPolicy:RepositoryPolicy")),
    (EKS, "signature", config("confluence-prod", "strata:delivery", '{"by": "pipeline"}')),
    (EKS, "push", exports("confluence-dev", pushRoleArn=None)),
    (EKS, "push", of_target("confluence-dev", "aws:iam/role:Role", lambda n: n.name != "github-push-role")),
    (EKS, "push", of_target("confluence-dev", POLICY, lambda n: n.name != "github-push-policy")),
    (EKS, "push", config("confluence-dev", "strata:delivery", '{"by": "pipeline", "attestedBy": "other/one"}')),
    (EKS, "signature", lambda r: replace_files(r, {**r.files, "delivery/images.sh": "true"})),
    (LAMBDA, "order", of_pipeline(lambda n: n.inputs["stages"].pop(2) if n.type == PIPELINE else None)),
    (LAMBDA, "heard", inputs("aws:cloudwatch/eventRule:EventRule", "eventPattern", '{"source": []}')),
    (LAMBDA, "state", told("delivery-staging-project", "PULUMI_BACKEND_URL", "s3://elsewhere")),
    (LAMBDA, "queue", inputs(PIPELINE, "executionMode", "SUPERSEDED")),
    (LAMBDA, "source", of_target(LAMBDA, PIPELINE, clone)),
    (LAMBDA, "image", of_target(LAMBDA, PROJECT, place(type="LINUX_CONTAINER"))),
    (LAMBDA, "time", inputs(PROJECT, "buildTimeout", 60)),
    (LAMBDA, "log", inputs(PROJECT, "logsConfig", {"cloudwatchLogs": {"groupName": "elsewhere"}})),
    (LAMBDA, "stack", told("delivery-recovery-project", "STACK", LAMBDA)),
    (LAMBDA, "approval", of_target(LAMBDA, POLICY, may_approve)),
    (LAMBDA, "rollback", of_target(LAMBDA, LIFECYCLE, short_lived)),
    (LAMBDA, "canary", of_target(LAMBDA, "aws:cloudwatch/metricAlarm:MetricAlarm", no)),
    (LAMBDA, "health", of_target("confluence-lambda-dev", "aws:route53/record:Record", no)),
    (LAMBDA, "role", script("delivery/deploy.yml", "credential_source = EcsContainer", "")),
    (LAMBDA, "policies", script("delivery/infrastructure.sh", " --policy-pack policy", "")),
    (EKS, "network", of_target(STAGING, "aws:ec2/route:Route", no)),
    (EKS, "network", of_target(STAGING, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", no)),
    (EKS, "runner", of_target(STAGING, "aws:eks/accessEntry:AccessEntry", no)),
    (EKS, "runner", of_target(STAGING, PROJECT, runs_for("dev"))),
    (EKS, "runner", of_target(STAGING, PROJECT, lambda node: node.inputs.pop("vpcConfig"))),
    (EKS, "runner", of_target(STAGING, POLICY, planner_deploys)),
    (EKS, "runner", runner(bucket="elsewhere")),
    (EKS, "runner", runner(region="eu-west-1")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("holder", "kind", "change"), SEEDED, ids=[f"{kind}-{n}" for n, (_, kind, _) in enumerate(SEEDED)]
)
def test_a_broken_link_is_found(holder: str, kind: str, change: Change) -> None:
    assert {said.partition(":")[0] for said in broken(change(route(holder)))} >= {kind}


def test_names_that_collide_in_one_account_are_found() -> None:
    one = {"aws:allowedAccountIds": '["123456789012"]', "aws:region": "us-east-1"}
    here = route(LAMBDA)
    configs = {**here.configs, **{s: {**here.configs[s], **one} for s in (LAMBDA, "confluence-lambda-dev")}}
    twin = stack_graph(LAMBDA)
    changed = Route(here.graph, {**here.targets, "confluence-lambda-dev": twin}, configs, here.files)
    assert any(said.startswith("names: ") for said in broken(changed))


def test_an_image_that_was_tried_nowhere_is_found() -> None:
    here = route(LAMBDA)

    def put(node: Node) -> None:
        if node.type == "aws:ecr/repository:Repository":
            node.inputs["imageTagMutability"] = "MUTABLE"

    graph = here.targets["confluence-lambda-dev"]
    nodes = [replace(n, inputs=dict(n.inputs)) for n in graph.nodes]
    for node in nodes:
        put(node)
    changed = Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)
    found = broken(Route(here.graph, {**here.targets, "confluence-lambda-dev": changed}, here.configs, here.files))
    assert any(said.startswith("images: ") for said in found)
