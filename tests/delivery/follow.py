"""Each link from a commit to a healthy target of a pipeline, read from graphs, stack files and scripts of builds."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analyser.analyses.delivery import images
from analyser.analyses.reach.graph_view import View
from analyser.analyses.rights.question import judge
from analyser.analyses.trace.deployer import deployers
from analyser.analyses.trace.model import Chain, State
from analyser.analyses.trace.survey import Survey
from analyser.graph import Graph, Node
from components.operations.pipeline_stages import STEPS
from components.security.deployment_role import PLAN_ROLE
from settings.accounts import account_of
from settings.stackfile import mapping
from tests.delivery.answering import answers_by_api
from tests.delivery.follow_runs import runs
from tests.delivery.follow_stages import stages

PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
PULL = {"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers"}
KEY_USES = ("kms:Decrypt", "kms:GenerateDataKey")
NAMES = ("bucket", "identifier", "replicationGroupId", "clusterName", "functionName", "roleName", "name", "domainName")
IN_VPC = re.compile(r"^  ([a-z |]+)\)\n    runner=", re.MULTILINE)


@dataclass(frozen=True)
class Route:
    """A pipeline, with all that it touches."""

    graph: Graph
    """Of the stack that makes the pipeline."""
    targets: Mapping[str, Graph]
    configs: Mapping[str, Mapping[str, str]]
    """Stack files, by stack."""
    files: Mapping[str, str]
    """``delivery/``, by path; a script that cannot be run is not among them."""

    @cached_property
    def view(self) -> View:
        """The pipeline's own part of the graph, which is all that rights are asked of."""
        beside = ("aws:kms/", "aws:sns/")
        kept = [n for n in self.graph.nodes if n.name.startswith("delivery") or n.type.startswith(beside)]
        return View(Graph(self.graph.project, self.graph.stack, kept, {}, region=self.graph.region))

    @property
    def pipeline(self) -> Node:
        return self.graph.only(PIPELINE)

    @cached_property
    def stages(self) -> dict[str, list[dict[str, Any]]]:
        return {stage["name"]: stage["actions"] for stage in self.pipeline.inputs["stages"]}

    @cached_property
    def projects(self) -> dict[str, Node]:
        return {str(node.outputs["name"]): node for node in self.graph.of_type(PROJECT)}

    def may(self, role: str, action: str, resource: str) -> bool:
        """Whether all that the graph holds allows it; what another account's policy says is not in it."""
        decision = judge(self.view, role, action, resource)
        return decision.yes or decision.rests_elsewhere


def broken(route: Route) -> list[str]:
    """The links that do not hold, as the kind of each and what is wrong."""
    return [f"{kind}: {said}" for kind, said in _links(route) if said]


def _links(route: Route) -> Iterator[tuple[str, str | None]]:
    yield from _source(route)
    yield from _artifacts(route)
    yield from _builds(route)
    yield from _order(route)
    for key, project in _deploying(route).items():
        yield from _target(route, key, project)
    yield from _checks_alone(route)
    for kind, wrong, said in (*runs(route), *stages(route)):
        yield kind, _said(wrong, said)


def _said(wrong: object, said: str) -> str | None:
    return said if wrong else None


def _source(route: Route) -> Iterator[tuple[str, str | None]]:
    (action,) = route.stages["Source"]
    told = action["configuration"]
    made = [str(n.outputs["arn"]) for n in route.graph.of_type("aws:codeconnections/connection:Connection")]
    pipeline = mapping(route.configs[route.graph.stack], "strata:settings")["pipeline"]
    known = [*made, pipeline.get("connectionArn")]
    yield "connection", _said(told["ConnectionArn"] not in known, "the source asks a connection that nobody makes")
    role = str(route.pipeline.inputs["roleArn"])
    may = route.may(role, "codeconnections:UseConnection", told["ConnectionArn"])
    yield "connection", _said(not may, "the pipeline may not use its connection")
    wanted = (pipeline["repository"], pipeline.get("branch", "main"), "true")
    yield "source", _said((told["FullRepositoryId"], told["BranchName"], told["DetectChanges"]) != wanted, str(told))


def _artifacts(route: Route) -> Iterator[tuple[str, str | None]]:
    (store,) = route.pipeline.inputs["artifactStores"]
    buckets = [n for n in route.graph.of_type("aws:s3/bucket:Bucket") if n.inputs["bucket"] == store["location"]]
    yield "artifacts", _said(not buckets, f"there is no bucket {store['location']}")
    if not buckets:
        return
    files, key = f"{buckets[0].outputs['arn']}/delivery/source.zip", str((store.get("encryptionKey") or {}).get("id"))
    known = [str(node.outputs["arn"]) for node in route.graph.of_type("aws:kms/key:Key")]
    yield "key", _said(key not in known, f"what stages hand on is encrypted by {key}, which nobody makes")
    encrypts = all(route.may(str(route.pipeline.inputs["roleArn"]), one, key) for one in KEY_USES)
    yield "key", _said(not encrypts, "the pipeline may not use the key of what stages hand on")
    writes = route.may(str(route.pipeline.inputs["roleArn"]), "s3:PutObject", files)
    yield "artifacts", _said(not writes, "the pipeline may not write what stages hand on")
    for name, project in route.projects.items():
        if project.inputs["source"]["type"] == "CODEPIPELINE":
            reads = route.may(str(project.inputs["serviceRole"]), "s3:GetObject", files)
            yield "artifacts", _said(not reads, f"{name} may not read its source")
            decrypts = route.may(str(project.inputs["serviceRole"]), "kms:Decrypt", key)
            yield "key", _said(not decrypts, f"{name} may not decrypt its source")


def _builds(route: Route) -> Iterator[tuple[str, str | None]]:
    made = {artifact for action in route.stages["Source"] for artifact in action["outputArtifacts"]}
    for stage, actions in route.stages.items():
        for action in actions:
            if action["provider"] != "CodeBuild":
                continue
            at, name = f"{stage}/{action['name']}", action["configuration"]["ProjectName"]
            project = route.projects.get(name)
            yield "build", _said(project is None, f"{at} starts {name}, which nobody makes")
            if project is None:
                continue
            may = route.may(str(route.pipeline.inputs["roleArn"]), "codebuild:StartBuild", str(project.outputs["arn"]))
            yield "build", _said(not may, f"the pipeline may not start {name}")
            yield "source", _said(not set(action["inputArtifacts"]) <= made, f"{at} is given what nobody hands on")
            specification = project.inputs["source"]["buildspec"]
            yield "script", _said(specification not in route.files, f"there is no {specification}")
            script = f"delivery/{step(action)}.sh"
            yield "script", _said(step(action) and script not in route.files, f"{at} runs {script}, which is not there")
            if step(action):
                runs = 'AWS_PROFILE=deploy delivery/step.sh "$STEP"' in route.files.get(specification, "")
                yield "script", _said(not runs, f"{specification} does not do the step as the deployment role")


def step(action: Mapping[str, Any]) -> str:
    """What a deploying build is told to do; nothing for others."""
    return variable(action, "STEP")


def variable(action: Mapping[str, Any], name: str) -> str:
    """What a build is told by its action; nothing where it is not."""
    told = json.loads(action["configuration"].get("EnvironmentVariables", "[]"))
    return next((one["value"] for one in told if one["name"] == name), "")


def _order(route: Route) -> Iterator[tuple[str, str | None]]:
    before = [action for stage in ("InfrastructureDeployment", "ApplicationDeployment", "IntegrationTesting")
              for action in sorted(route.stages[stage], key=lambda one: one["runOrder"])]  # fmt: skip
    yield "steps", _said([step(one) for one in before] != list(STEPS), "staging does not take the steps in their order")
    plan, question = _asked(route)
    yield "approval", _said(question["category"] != "Approval", "nobody is asked before production")
    topic = question["configuration"].get("NotificationArn")
    read = [str(node.inputs["topic"]) for node in route.graph.of_type("aws:sns/topicSubscription:TopicSubscription")]
    yield "approval", _said(topic not in read, "nobody is told that somebody is asked")
    tells = topic in read and route.may(str(route.pipeline.inputs["roleArn"]), "sns:Publish", topic)
    yield "approval", _said(not tells, "the pipeline may not tell that somebody is asked")
    last = sorted(route.stages["ProductionDeployment"], key=lambda one: one["runOrder"])
    orders = [one["runOrder"] for one in last]
    yield "steps", _said(len(set(orders)) != len(orders), "something happens beside something else in production")
    production = [step(one) for one in last if not one["name"].startswith("Recovery")]
    yield "steps", _said(production != list(STEPS), "production does not take the steps in their order")
    yield from _plan(route, plan, question, next((one for one in last if step(one) == "infrastructure"), {}))
    yield from _stages_go_back(route)


def _asked(route: Route) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is done before the question, and the question; the stage before production is theirs."""
    names = list(route.stages)
    asked = sorted(route.stages[names[names.index("ProductionDeployment") - 1]], key=lambda one: one["runOrder"])
    return asked[0], asked[-1]


def _plan(
    route: Route, plan: dict[str, Any], question: dict[str, Any], done: dict[str, Any]
) -> Iterator[tuple[str, str | None]]:
    (source,) = route.stages["Source"]
    commit = f"#{{{source.get('namespace')}.CommitId}}"
    yield "plan", _said(step(plan) != "plan", "whoever is asked has nothing to read")
    if step(plan) != "plan":
        return
    yield "plan", _said(variable(plan, "COMMIT") != commit, f"the plan is not of the commit {commit}")
    yield "plan", _said(not done or variable(done, "COMMIT") != commit, "production is not held to the commit's plan")
    tells = f"#{{{plan.get('namespace')}.PLANNED}}" in question["configuration"].get("CustomData", "")
    yield "plan", _said(not tells, "the question does not say what the plan means")
    told = route.files.get("delivery/deploy.yml", "")
    yield "plan", _said("    - PLANNED\n" not in told or "export PLANNED=" not in told, "no build tells of the plan")
    keeps = '"$kept.json"' in route.files["delivery/plan.sh"] and "--plan " in route.files["delivery/infrastructure.sh"]
    yield "plan", _said(not keeps, "what is planned is not what is done")
    project = route.projects.get(plan["configuration"]["ProjectName"])
    if project is None:
        return
    own, role = variables(project), variables(project)["DEPLOYMENT_ROLE_ARN"]
    yield "plan", _said(own["STACK"] != route.graph.stack, f"{own['STACK']} is planned, and not what is deployed")
    alike = {one["PULUMI_BACKEND_URL"] for one in (own, variables(_deploying(route)[route.graph.stack]))}
    yield "plan", _said(len(alike) != 1, "the plan is kept elsewhere than production looks for it")
    reads = role == f"arn:aws:iam::{account_of(route.configs[route.graph.stack])}:role/{PLAN_ROLE}"
    yield "plan", _said(not reads, f"{role} plans, and it may do more than read")
    yield "role", _said(not route.may(str(project.inputs["serviceRole"]), "sts:AssumeRole", role), f"may not be {role}")


def _stages_go_back(route: Route) -> Iterator[tuple[str, str | None]]:
    for stage in route.pipeline.inputs["stages"]:
        if "infrastructure" in map(step, stage["actions"]):
            back = (stage.get("onFailure") or {}).get("result") == "ROLLBACK"
            yield "rollback", _said(not back, f"{stage['name']} stays where it failed")
            asks = any(one["category"] == "Approval" for one in stage["actions"])
            yield "rollback", _said(asks, f"{stage['name']} goes back only when somebody has agreed")
    again = "$kept.done" in route.files["delivery/infrastructure.sh"]
    yield "rollback", _said(not again, "a commit whose plan was carried out cannot be applied again")


def _deploying(route: Route) -> dict[str, Node]:
    return {
        variables(node)["STACK"]: node
        for node in route.projects.values()
        if node.inputs["source"]["type"] == "CODEPIPELINE"
        and "STACK" in variables(node)
        and not variables(node)["DEPLOYMENT_ROLE_ARN"].endswith(f"/{PLAN_ROLE}")
    }


def variables(project: Node) -> dict[str, str]:
    """What a build project tells its builds."""
    return {one["name"]: one["value"] for one in project.inputs["environment"].get("environmentVariables") or ()}


def _target(route: Route, stack: str, project: Node) -> Iterator[tuple[str, str | None]]:
    config, graph, told = route.configs.get(stack), route.targets.get(stack), variables(project)
    yield "stack", _said(config is None or graph is None, f"there is no stack {stack}")
    if config is None or graph is None:
        return
    own = route.configs[route.graph.stack]
    alike = all(
        one(config) == one(own)
        for one in (lambda c: c["strata:system"], lambda c: mapping(c, "strata:settings").get("model"))
    )
    yield "stack", _said(not alike, f"{stack} is of another system or model than what is released")
    yield "state", _said(not told["PULUMI_BACKEND_URL"].startswith("s3://"), f"the state of {stack} is in no bucket")
    role = told["DEPLOYMENT_ROLE_ARN"]
    yield "account", _said(role.split(":")[4] != account_of(config), f"{role} is not of the account of {stack}")
    yield "role", _said(not route.may(str(project.inputs["serviceRole"]), "sts:AssumeRole", role), f"may not be {role}")
    yield "names", _said(_shared(route, stack), f"names of {stack} are taken: {_shared(route, stack)[:3]}")
    yield from _network(route, graph)
    yield from _images(route, graph, told)
    if mapping(config, "strata:settings").get("recovery") is None:
        yield "health", _said(not answers_by_api(graph), f"healthUrl of {stack} leads to no API")
    yield from _way_back(graph)


def _shared(route: Route, stack: str) -> list[str]:
    """Names of resources that another target has in the same account and region as well."""
    found: list[str] = []
    config = route.configs[stack]
    for other, graph in route.targets.items():
        theirs = route.configs[other]
        same = all(config.get(key) == theirs.get(key) for key in ("aws:region", "aws:allowedAccountIds"))
        if other != stack and same:
            found += sorted(_named(graph) & _named(route.targets[stack]))
    return found


def _named(graph: Graph) -> set[str]:
    return {
        f"{node.type} {node.inputs[key]}"
        for node in graph.resources
        if node.type.startswith("aws:")
        for key in NAMES
        if isinstance(node.inputs.get(key), str)
    }


def _network(route: Route, graph: Graph) -> Iterator[tuple[str, str | None]]:
    if not graph.of_type("aws:eks/cluster:Cluster"):
        return
    sent = IN_VPC.search(route.files["delivery/step.sh"])
    needed = {"plan", "infrastructure", "application", "integration", "drift"}
    inside = needed <= set(sent[1].split(" | ")) if sent else False
    yield "network", _said(not inside, "steps that need the Kubernetes API are not done by the runner")
    runner = graph.exports.get("deploymentRunner") or {}
    made = {str(node.outputs["name"]) for node in graph.of_type(PROJECT)}
    for kind in ("project", "planner"):
        yield "network", _said(runner.get(kind) not in made, f"{graph.stack} tells of no {kind} of a runner")
    looks = [
        str(node.inputs["policyArn"]).rpartition("/")[2]
        for node in graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
        if str(node.inputs["principalArn"]).endswith(f"/{PLAN_ROLE}")
    ]
    yield "network", _said(looks != ["AmazonEKSAdminViewPolicy"], f"who plans {graph.stack} has {looks} in its cluster")
    for chain in _chains(graph):
        for link in chain.links:
            if link.state is State.MISSING:
                yield "network", f"{chain.title}: {link.says}: {link.because}"


@functools.cache
def _chains(graph: Graph) -> tuple[Chain, ...]:
    return tuple(deployers(Survey(graph)))


def _pushed_by(graph: Graph, repository: str) -> set[str]:
    """The repositories to which jobs of another repository's main push, by the role that they sign in with."""
    found: set[str] = set()
    for node in graph.of_type("aws:iam/role:Role"):
        (trust, *_) = json.loads(node.inputs["assumeRolePolicy"])["Statement"]
        claims = trust.get("Condition", {}).get("StringEquals", {})
        if claims.get("token.actions.githubusercontent.com:sub") != f"repo:{repository}:ref:refs/heads/main":
            continue
        if graph.exports.get("pushRoleArn") != node.outputs["arn"]:
            continue
        given = [
            one
            for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
            if policy.inputs["role"] == node.outputs["name"]
            for one in json.loads(policy.inputs["policy"])["Statement"]
        ]
        if not any(one["Action"] == ["ecr:GetAuthorizationToken"] for one in given):
            continue
        found |= {arn.partition("/")[2] for one in given if "ecr:PutImage" in one["Action"] for arn in one["Resource"]}
    return found


def _images(route: Route, graph: Graph, told: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    kept = {str(n.inputs["name"]): n for n in graph.of_type("aws:ecr/repository:Repository")}
    mutable = [name for name, n in kept.items() if n.inputs.get("imageTagMutability") != "IMMUTABLE"]
    yield "images", _said(mutable, f"what was tried may change under its tag: {mutable}")
    signed = mapping(route.configs[graph.stack], "strata:delivery").get("attestedBy")
    yield "signature", _said(images(graph) and not signed, f"nobody is named who attests the images of {graph.stack}")
    github = mapping(route.configs[graph.stack], "strata:settings").get("github") or {}
    staging = mapping(route.configs[route.graph.stack], "strata:settings")["pipeline"]["staging"]["stack"]
    if signed and github and signed != github["repository"] and graph.stack == staging:
        may = _pushed_by(graph, signed)
        yield "push", _said(may != set(kept), f"the workflow of {signed} pushes to {may}, not to {set(kept)}")
    looks = "gh attestation verify" in route.files.get("delivery/images.sh", "")
    yield "signature", _said(not looks, "nobody looks whether an image is attested")
    finds = graph.stack != staging and told.get("PROMOTE_FROM") != staging
    yield "images", _said(finds, f"{graph.stack} runs what it finds, not what was tried in {staging}")
    if "PROMOTE_FROM" in told and told["PROMOTE_FROM"] in route.targets:
        before = {(i.repository.rpartition("/")[2], i.version) for i in images(route.targets[told["PROMOTE_FROM"]])}
        untried = [i for i in images(graph) if (i.repository.rpartition("/")[2], i.version) not in before]
        yield "images", _said(untried, f"{untried} were tried nowhere")
        yield "images", _said(images(graph) and _kept_from(told, route), f"{graph.stack} may not pull what was tried")


def _kept_from(told: Mapping[str, str], route: Route) -> list[str]:
    """The repositories of the stack before whose policy does not let the deployment role of another account in."""
    tried = route.targets[told["PROMOTE_FROM"]]
    role = told["DEPLOYMENT_ROLE_ARN"]
    if role.split(":")[4] == account_of(route.configs[tried.stack]):
        return []
    open_to = {
        str(node.inputs["repository"])
        for node in tried.of_type("aws:ecr/repositoryPolicy:RepositoryPolicy")
        for one in json.loads(node.inputs["policy"])["Statement"]
        if role in one["Condition"]["ArnEquals"]["aws:PrincipalArn"] and set(one["Action"]) >= PULL
    }
    return sorted({image.repository for image in images(tried)} - open_to)


def _way_back(graph: Graph) -> Iterator[tuple[str, str | None]]:
    groups = graph.of_type("aws:codedeploy/deploymentGroup:DeploymentGroup")
    told = graph.exports.get("canary")
    named = set(told["groups"].values()) if isinstance(told, dict) else set()
    yield "canary", _said({str(n.inputs["deploymentGroupName"]) for n in groups} - named, "groups that nobody releases")
    for group in groups:
        back = group.inputs.get("autoRollbackConfiguration") or {}
        watched = (group.inputs.get("alarmConfiguration") or {}).get("alarms")
        yield "canary", _said(not watched, f"{group.name} has no alarm that stops it")
        yield "rollback", _said(not back.get("enabled"), f"{group.name} does not go back by itself")
    for service in graph.of_type("aws:ecs/service:Service"):
        breaker = service.inputs.get("deploymentCircuitBreaker") or {}
        yield "rollback", _said(not (breaker.get("enable") and breaker.get("rollback")), f"{service.name} stays broken")
    for pods in graph.of_type("kubernetes:apps/v1:Deployment"):
        recreated = (pods.inputs["spec"].get("strategy") or {}).get("type") == "Recreate"
        yield "rollback", _said(recreated, f"{pods.name} loses its pods before new ones are healthy")


def _checks_alone(route: Route) -> Iterator[tuple[str, str | None]]:
    """Whoever tests and scans becomes nobody, and each deploying build the role of its own target alone."""
    roles = {variables(node)["DEPLOYMENT_ROLE_ARN"] for node in _deploying(route).values()}
    for name, project in route.projects.items():
        own = variables(project).get("DEPLOYMENT_ROLE_ARN")
        if project.inputs["source"]["type"] == "CODEPIPELINE":
            also = [
                role for role in roles - {own} if route.may(str(project.inputs["serviceRole"]), "sts:AssumeRole", role)
            ]
            yield "role", _said(also, f"{name} may also become {also}")
