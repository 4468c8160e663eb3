"""What the scripts of ``delivery/`` do: to what a stack makes, its runner, its plans, and another stack's images."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from analyser.analyses.delivery import Delivered, images
from analyser.analyses.deployment_rights.names import filled, made_up, without_made_up
from analyser.analyses.deployment_rights.statements import STACK_TAG, Statement, allow, regions
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.prerequisites.deployer import planner_of, runner_of
from analyser.analyses.prerequisites.model import block
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID
from settings.delivery import Deployer, delivery_of, tried_before

STATE_KEY: Final = "alias/pulumi-state"
"""The key of docs/deploying.md that encrypts the state and its secrets."""
STEPS: Final = {
    "aws:amplify/app:App": ("amplify:GetApp", "amplify:ListJobs", "amplify:StartJob", "amplify:GetJob"),
    "aws:cloudfront/distribution:Distribution": (
        "cloudfront:CreateInvalidation", "cloudfront:GetInvalidation", "cloudfront:ListDistributions",
    ),
    "aws:codebuild/project:Project": ("codebuild:StartBuild", "codebuild:BatchGetBuilds"),
    "aws:codedeploy/deploymentGroup:DeploymentGroup": (
        "codedeploy:CreateDeployment", "codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig",
        "codedeploy:RegisterApplicationRevision", "codedeploy:GetApplicationRevision",
    ),
    "aws:ecr/repository:Repository": (
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings", "ecr:DescribeRegistry", "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:ListImageReferrers", "ecr:PutImage",
        "ecr:UploadLayerPart",
    ),
    "aws:ecs/service:Service": ("ecs:DescribeServices",),
    "aws:eks/cluster:Cluster": ("eks:DescribeCluster",),
    "aws:lambda/alias:Alias": ("lambda:GetAlias", "lambda:ListVersionsByFunction"),
    "aws:lb/targetGroup:TargetGroup": ("elasticloadbalancing:DescribeTargetHealth", "tag:GetResources"),
    "aws:msk/cluster:Cluster": ("kafka:ListClustersV2",),
}  # fmt: skip
"""By the type that they do it to; a session on the runner is for people alone."""
_PULL: Final = ("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers")
_PROJECT: Final = "aws:codebuild/project:Project"


def site(graph: Graph) -> Iterator[Statement]:
    """The files of a site, which the stack does not make (``site.sh``)."""
    bucket = graph.exports.get("webBucket") or graph.exports.get("staticBucket")
    if not isinstance(bucket, str):
        return
    arn = f"arn:aws:s3:::{without_made_up(bucket, made_up(graph))}"
    yield allow("Site", ["s3:GetObject", "s3:ListBucket", "s3:PutObject"], [arn, f"{arn}/*"])
    yield _key("SiteKey", graph, graph.region)


def runner_source(graph: Graph) -> Iterator[Statement]:
    """Handing both runners what they are to work with (``in-vpc.sh``)."""
    for runner, sid in ((runner_of(graph), "RunnerSource"), (planner_of(graph), "PlannerSource")):
        if runner:
            yield _source(graph, runner, sid)


def _source(graph: Graph, runner: Node, sid: str) -> Statement:
    location = without_made_up(str(block(runner, "source").get("location")), made_up(graph))
    return allow(sid, ["s3:PutObject"], [f"arn:aws:s3:::{location}"])


def planning(graph: Graph, bucket: str) -> Iterator[Statement]:
    """What a job that plans changes: the plan that it keeps beside the state, and the runner that does it inside.

    That one becomes what plans itself, so that starting it gives nobody more. What says that a plan was carried out is
    written by whoever did.
    """
    said = delivery_of(graph.config)
    # A pipeline plans for the stack that makes it, which is its production.
    if said.by is Deployer.WORKFLOW or said.pipeline_of == graph.stack:
        of_stack = f"arn:aws:s3:::{bucket}/plans/{graph.stack}"
        yield allow("Plans", ["s3:GetObject", "s3:PutObject"], [f"{of_stack}/*.json", f"{of_stack}/*.md"])
        yield allow(
            "PlansKey", ["kms:GenerateDataKey"], [f"arn:aws:kms:*:{ACCOUNT_ID}:key/*"],
            {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": STATE_KEY},
                "StringLike": {"kms:ViaService": "s3.*.amazonaws.com"},
            },
        )  # fmt: skip
    if runner := planner_of(graph):
        yield _source(graph, runner, "PlannerSource")
        arn = filled(graph, runner, operations()[_PROJECT].arns[0], made_up(graph))
        yield allow("Planner", STEPS[_PROJECT], [arn])
        yield _key("PlannerKey", graph, graph.region_of(runner))


def promotion(graph: Graph, before: Iterable[Delivered]) -> Iterator[Statement]:
    """Pulling what the stack before runs, and its attestation from where that was built, wherever they are.

    Their repositories have the same last word (``images.sh``).
    """
    own = {image.repository for image in images(graph)}
    names = {f"*/{name.rpartition('/')[2]}" if "/" in name else name for name in own}
    places = {(one.region, one.account) for one in before if one.account is not None}
    if not (names and places):
        return
    arns = {f"arn:aws:ecr:{region}:{account}:repository/{name}" for region, account in places for name in names}
    yield allow("Promotion", _PULL, arns)
    if elsewhere := sorted({region for region, _ in places} - set(regions(graph))):
        yield allow(
            "PromotionLogin", ["ecr:GetAuthorizationToken"], ["*"],
            {"StringEquals": {"aws:RequestedRegion": elsewhere}},
        )  # fmt: skip


def promoted_from(graph: Graph, directory: Path) -> str:
    """The stack whose images this one runs, as its file or its pipeline's says; empty where it builds its own.

    Raises SettingsError where the stack that makes the pipeline has no file.
    """
    return tried_before(graph.config, graph.stack, directory) or ""


def _key(sid: str, graph: Graph, region: str) -> Statement:
    """The stack's keys, through a bucket that they encrypt."""
    only = {f"aws:ResourceTag/{STACK_TAG}": graph.stack, "kms:ViaService": f"s3.{region}.amazonaws.com"}
    uses = ["kms:Decrypt", "kms:GenerateDataKey"]
    return allow(sid, uses, [f"arn:aws:kms:{region}:{ACCOUNT_ID}:key/*"], {"StringEquals": only})
