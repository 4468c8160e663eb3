"""CodeBuild, CodePipeline, Amplify."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

_PROJECT, _APP = "aws:codebuild/project:Project", "aws:amplify/app:App"
_ACL = "aws:wafv2/webAclAssociation:WebAclAssociation"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def _builds(item: Item) -> float:
    return 1 / (len(item.graph.of_type(_PROJECT)) + len(item.graph.of_type(_APP)))


def project(item: Item) -> Iterator[Line]:
    """Build minutes at the price of the project's compute type."""
    machine = "arm" if str(item.read("environment", "type", default="")).startswith("ARM") else "linux"
    size = str(item.read("environment", "computeType", default="")).rpartition("_")[2]
    yield item.used("Builds", f"codebuild.{machine}-{size}", "build_minutes", share=_builds(item))


def pipeline(item: Item) -> Iterator[Line]:
    """Minutes of actions of a V2 pipeline, or one price for a V1 pipeline."""
    if item.read("pipelineType") == "V2":
        yield item.used("Actions", "codepipeline.minutes", "build_minutes", share=1 / item.of_same_type())
    else:
        yield item.fixed("Pipeline", "codepipeline.v1", 1)


def app(item: Item) -> Iterator[Line]:
    """Builds; and what it serves, unless CloudFront serves it."""
    yield item.used("Builds", "amplify.build", "build_minutes", share=_builds(item))
    if not item.graph.of_type(_DISTRIBUTION):
        yield item.used("Data served", "amplify.data", "egress_gb", share=1 / item.of_same_type())
    if any(str(node.inputs.get("resourceArn", "")).startswith("arn:aws:amplify:") for node in item.graph.of_type(_ACL)):
        yield item.fixed("Firewall of the app", "amplify.firewall", 1)


PRICERS: dict[str, Pricer] = {
    _PROJECT: project,
    "aws:codepipeline/pipeline:Pipeline": pipeline,
    _APP: app,
}
