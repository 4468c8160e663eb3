"""From nodes, tasks and functions to the images that they run: repository, rights, and the way to the registry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.fargate import PROFILE
from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.workloads import CRON_JOB, DEPLOYMENTS, pod_template
from analyser.analyses.trace.code import JOB, SERVICE, TASK
from analyser.analyses.trace.code_configuration import containers
from analyser.analyses.trace.model import Chain, Link, Story, missing, not_known, shown
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

_ROLE = "aws:iam/role:Role"
_PROFILE = "aws:iam/instanceProfile:InstanceProfile"
_REPOSITORY = "aws:ecr/repository:Repository"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_SCALING_GROUP = "aws:autoscaling/group:Group"
_NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_ROLE_OF = {_NODE_GROUP: "nodeRoleArn", PROFILE: "podExecutionRoleArn"}
_PRIVATE = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/([^:@]+)[:@](.+)$")
_PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_LOGIN = "ecr:GetAuthorizationToken"
_REGISTRY = ("ecr.api", "ecr.dkr", "s3")
"""Whom a pull asks: for a token, for the manifest, and for the layers, which are in S3.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""


@dataclass(frozen=True)
class Puller:
    """What pulls images, and the role that it pulls them with."""

    place: Place
    role: Resource | None
    images: dict[str, Resource]
    """Each image, and what runs it."""


def registries(s: Survey) -> Iterator[Chain]:
    """One chain for each node group, node class or service, and the registry that its images come from."""
    for puller in _pullers(s):
        private = {image: one for image, one in puller.images.items() if _PRIVATE.match(image)}
        if private:
            title = f"{puller.place.name} to the stack's repositories"
            yield Chain(Story.REGISTRY, title, tuple(_private(s, puller, private)))
        if len(private) < len(puller.images) or puller.place.kind is Kind.NODES:
            way = s.way("registry", puller.place, s.reach.find("internet")[0], 443)
            yield Chain(Story.REGISTRY, f"{puller.place.name} to public registries", (way,))


def _pullers(s: Survey) -> Iterator[Puller]:
    in_cluster = {image: one for one in (*s.of(CRON_JOB), *s.of(*DEPLOYMENTS, JOB)) for image in _images(one)}
    for found in s.of(_NODE_GROUP, _NODE_CLASS, _SCALING_GROUP, PROFILE):
        place = s.place(found)
        if place:
            images = in_cluster if found.type != PROFILE else {}  # what others run there is theirs to push
            yield Puller(place, next(iter(_roles(s, found)), None), images)
    for service in s.of(SERVICE):
        place = s.place(service)
        for task in s.refers(service, "taskDefinition", TASK):
            images = {one["image"]: task for one in containers(task)}
            if place:
                yield Puller(place, next(iter(s.refers(task, "executionRoleArn", "aws:iam/role:Role")), None), images)


def _roles(s: Survey, found: Resource) -> list[Resource]:
    if found.type in _ROLE_OF:
        return s.refers(found, _ROLE_OF[found.type], _ROLE)
    if found.type == _SCALING_GROUP:
        paths = ("launchTemplate", "mixedInstancesPolicy")
        templates = [one for path in paths for one in s.refers(found, path, "aws:ec2/launchTemplate:LaunchTemplate")]
        profiles = [one for template in templates for one in s.refers(template, "iamInstanceProfile", _PROFILE)]
        return [role for one in profiles for role in s.refers(one, "role", _ROLE)]
    wanted = text(found.get("spec.role")) or text(found.get("spec.instanceProfile"))
    profiles = [one for one in s.of(_PROFILE) if wanted in (text(one.outputs.get("name")), one.name)]
    named = [role for one in profiles for role in s.refers(one, "role", _ROLE)]
    return named or [role for role in s.of(_ROLE) if wanted and text(role.outputs.get("name")) == wanted]


def _images(workload: Resource) -> list[str]:
    spec = f"{pod_template(workload)}.spec"
    every = (*workload.blocks(f"{spec}.containers"), *workload.blocks(f"{spec}.initContainers"))
    return [image for one in every if (image := text(one.get("image")))]


def _private(s: Survey, puller: Puller, images: dict[str, Resource]) -> Iterator[Link]:
    for service in _REGISTRY:
        yield s.way("network", puller.place, s.service(service))
    if puller.role is None:
        yield missing("rights", f"{puller.place.name} may pull images", "it has no role of the stack")
        return
    arn = text(puller.role.outputs.get("arn"))
    evidence = [puller.role, *s.policies_of(puller.role)]
    yield s.permission("login", f"{puller.place.name} may sign in to ECR", s.may(arn, _LOGIN, "*"), evidence)
    for image, runs in images.items():
        yield from _pulled(s, puller, image, runs, arn)


def _pulled(s: Survey, puller: Puller, image: str, runs: Resource, arn: str) -> Iterator[Link]:
    match = _PRIVATE.match(image)
    name = match[1] if match else ""
    repositories = [one for one in s.of(_REPOSITORY) if one.has("name", name)]
    says = f"{called(runs)} runs image {name} of a repository that is there"
    yield shown("repository", says, [*repositories, runs] if repositories else [], "the stack makes no such repository")
    for one in repositories:
        for action in _PULL:
            decision = s.may(arn, action, text(one.outputs.get("arn")))
            evidence = [one, *s.policies_of(puller.role)] if puller.role else [one]
            yield s.permission("rights", f"{puller.place.name} may do {action} on {name}", decision, evidence)
    if match:
        because = "images are pushed from outside: strata check --before"
        yield not_known("image", f"{name} holds {match[2]}", because, repositories)
