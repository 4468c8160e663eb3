"""Container images that a stack runs, and how each comes into its registry."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.prerequisites.model import Prerequisite, When, block, in_account, known, urns
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID
from components.security.deployment_role import DEPLOYMENT_ROLE
from components.security.github_role import PUSH_ROLE
from settings.delivery import Deployer, delivery_of, tried_before
from settings.project_files import PROJECT, ROOT
from settings.services.delivery import without_numbers
from settings.stackfile import mapping

_PODS = ("apps/v1:Deployment", "apps/v1:StatefulSet", "apps/v1:DaemonSet", "batch/v1:Job", "batch/v1:CronJob")
IMAGE = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)(?P<tag>[:@].+)$"
)
BUILT_HERE = frozenset({("records", "microservice"), ("collaboration", "collaboration-server")})
"""The systems whose images ``delivery/publish.sh`` builds of this repository, with the last part of their names."""


def images(graph: Graph) -> Iterator[Prerequisite]:
    """Container images that tasks, pods and functions start from, in ECR."""
    own = {known(node, "name") for node in graph.of_type("aws:ecr/repository:Repository")}
    running: dict[str, list[Node]] = {}
    for node, image in images_of(graph):
        running.setdefault(image, []).append(node)
    for image, nodes in sorted(running.items()):
        if not (found := IMAGE.match(image)):
            continue
        name, region, tag = found["name"], found["region"], found["tag"]
        wanted = f"imageTag={tag[1:]}" if tag[0] == ":" else f"imageDigest={tag[1:]}"
        yield Prerequisite(
            kind="image",
            title=f"{name}{tag} is in the registry",
            why="what runs it never becomes healthy without, and the run that waits for it fails",
            check=f"aws ecr describe-images {_registry(found['account'])}--repository-name {name} --image-ids {wanted} "
            f"--region {region} "
            "--query 'imageDetails[0].imageDigest' --output text",
            good="a digest",
            make=_brought(graph, name, in_account(image)) if name in own else _pushed(region, in_account(image)),
            when=When.BETWEEN if name in own else When.BEFORE,
            urns=urns(nodes),
        )


def _brought(graph: Graph, name: str, reference: str) -> tuple[str, ...]:
    """How an image comes into a repository of the stack, so that its deliveries take it: ``delivery/images.sh`` refuses
    what nobody attests, and what is not what was tried in the stack before."""
    said, own = delivery_of(graph.config), _own_repository(graph)
    if said.by is Deployer.HAND:
        return _pushed(reference.split(".")[3], reference)
    if before := tried_before(graph.config, graph.stack, ROOT):
        attestor = "" if said.attested_by else f"GITHUB_REPOSITORY={own} "
        return (
            f"# as {DEPLOYMENT_ROLE}, once {before} runs it: the one that was tried there, by its digest",
            f"STACK={graph.stack} PROMOTE_FROM={before} {attestor}delivery/step.sh images",
        )
    refused = "what a person pushes is attested by nobody, and refused (docs/deploying.md, Attested images)"
    if said.attested_by is None and (graph.config.get(f"{PROJECT}:system"), name.rpartition("/")[2]) in BUILT_HERE:
        return (
            f"# last of all here: the workflow builds and attests it, and makes the second up itself; {refused}",
            f"gh workflow run deploy.yml --ref main --field stack={graph.stack}",
        )
    attestor = without_numbers(said.attested_by or own)
    brings = f"# the workflow of {attestor}, on main, builds, attests and pushes {reference}; {refused}"
    if attestor.lower() == own.lower():
        return (brings,)
    if PUSH_ROLE not in graph.exports:
        return (brings, "# github in this stack's file makes the role by which it pushes; without, no stack makes one")
    signs_in = "# it signs in as this role (role-to-assume of aws-actions/configure-aws-credentials), in no environment"
    return (brings, signs_in, f"pulumi stack output {PUSH_ROLE} --stack {graph.stack}")


def _own_repository(graph: Graph) -> str:
    """The repository whose workflow deploys, without GitHub's numbers, as the stack file says it."""
    settings = mapping(graph.config, f"{PROJECT}:settings")
    return without_numbers(str((settings.get("github") or {}).get("repository") or "OWNER/NAME"))


def _pushed(region: str, reference: str) -> tuple[str, ...]:
    return (
        f"aws ecr get-login-password --region {region} | "
        f'docker login --username AWS --password-stdin "{reference.split("/")[0]}"',
        f'docker buildx build --platform linux/arm64,linux/amd64 --push --tag "{reference}" .',
    )


def _registry(account: str) -> str:
    """The option that names the registry of another account than the caller's."""
    return "" if account == ACCOUNT_ID else f"--registry-id {account} "


def images_of(graph: Graph) -> Iterator[tuple[Node, str]]:
    """What runs, with the image that it runs."""
    for node in graph.of_type("aws:lambda/function:Function"):
        yield node, known(node, "imageUri")
    for node in graph.of_type("aws:ecs/taskDefinition:TaskDefinition"):
        for container in _containers(node.inputs.get("containerDefinitions")):
            yield node, str(container.get("image"))
    for kind in _PODS:
        for node in graph.of_type(f"kubernetes:{kind}"):
            spec = block(node, "spec")
            spec = spec.get("jobTemplate", {}).get("spec", spec).get("template", {}).get("spec", {})
            for container in (*spec.get("containers", ()), *spec.get("initContainers", ())):
                yield node, str(container.get("image"))


def _containers(text: Any) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return []
    return [one for one in found if isinstance(one, Mapping)]
