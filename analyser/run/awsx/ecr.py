"""awsx:ecr: a repository with its lifecycle policy, and images that are built or copied into one.

``ecr/repository.ts``, ``image.ts`` and ``registryImage.ts`` of https://github.com/pulumi/pulumi-awsx
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from analyser.run.awsx.defaults import short_hash
from analyser.run.remote_components import (
    Expansion,
    RefusedError,
    Traced,
    applied,
    output_of,
    reference_to,
)
from policy.unknown import wholly_known

_REPOSITORY = (
    "encryptionConfigurations", "forceDelete", "imageScanningConfiguration", "imageTagMutability",
    "imageTagMutabilityExclusionFilters", "name", "region", "tags",
)  # fmt: skip
_IMAGE = (
    "args", "builderVersion", "cacheFrom", "context", "dockerfile", "imageName", "imageTag", "platform", "registryId",
    "repositoryUrl", "target",
)  # fmt: skip
_COPY = ("insecureSkipVerify", "keepRemotely", "repositoryUrl", "sourceImage", "tag", "triggers")
_UNTAGGED = ({"description": "remove untagged images", "tagStatus": "untagged", "maximumNumberOfImages": 1},)


def expand_repository(expansion: Expansion) -> None:
    """The repository, and a policy by which untagged images go unless others are described or none is wanted."""
    expansion.only([*_REPOSITORY, "lifecyclePolicy"])
    name = expansion.name.lower()
    given = {key: expansion.given(key) for key in _REPOSITORY}
    made = expansion.resource("aws:ecr/repository:Repository", name, given)
    expansion.output("repository", reference_to(made))
    expansion.output("url", output_of(made, "repositoryUrl"))
    said = expansion.plain("lifecyclePolicy") or {}
    if said.get("skip"):
        return
    policy = expansion.resource(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        name,
        {
            "repository": output_of(made, "name"),
            "policy": json.dumps({"rules": _rules(expansion, said.get("rules") or _UNTAGGED)}),
            "region": expansion.given("region"),
        },
    )
    expansion.output("lifecyclePolicy", reference_to(policy))


def _rules(expansion: Expansion, said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """In ECR's own form; what is about any image comes last."""
    ordered = sorted(said, key=lambda rule: rule["tagStatus"] == "any")
    return [_rule(expansion, rule, place) for place, rule in enumerate(ordered, 1)]


def _rule(expansion: Expansion, said: Mapping[str, Any], priority: int) -> dict[str, Any]:
    label = f"{expansion.component.type} {expansion.name}"
    status = said["tagStatus"]
    tags = {"tagStatus": status} if status in ("any", "untagged") else {
        "tagStatus": "tagged", "tagPrefixList": said.get("tagPrefixList")
    }  # fmt: skip
    if tags.get("tagPrefixList", True) in (None, []):
        raise RefusedError(f"{label}: a rule about tagged images needs tagPrefixList")
    if said.get("maximumNumberOfImages") is not None:
        count = {"countType": "imageCountMoreThan", "countNumber": said["maximumNumberOfImages"]}
    elif said.get("maximumAgeLimit") is not None:
        count = {"countType": "sinceImagePushed", "countNumber": said["maximumAgeLimit"], "countUnit": "days"}
    else:
        raise RefusedError(f"{label}: a rule needs maximumNumberOfImages or maximumAgeLimit")
    told = {"description": said["description"]} if said.get("description") else {}
    return {"rulePriority": priority, **told, "selection": {**tags, **count}, "action": {"type": "expire"}}


def expand_image(expansion: Expansion) -> None:
    """An image that is built where the program runs and pushed; its digest is a stand-in, as nobody builds it here."""
    expansion.only(_IMAGE)
    told = {key: expansion.plain(key) for key in ("context", "dockerfile", "args", "imageName", "imageTag")}
    name = told["imageName"] or told["imageTag"] or _unique(expansion, told)
    url = expansion.given("repositoryUrl")
    tag = applied(lambda text: f"{text}:{name}", url)
    cached = [{"registry": {"ref": each}} for each in expansion.plain("cacheFrom") or ()]
    platform = expansion.plain("platform")
    expansion.resource(
        "docker-build:index:Image",
        name,
        {
            "tags": [tag],
            "buildArgs": told["args"],
            "cacheFrom": cached or [{"registry": {"ref": tag}}],
            "cacheTo": [{"inline": {}}],
            "context": {"location": told["context"] or "."},
            "dockerfile": {"location": told["dockerfile"]} if told["dockerfile"] else None,
            "platforms": [platform] if platform else [],
            "target": expansion.given("target"),
            "push": True,
        },
    )
    digest = hashlib.sha256(json.dumps([expansion.name, told], sort_keys=True).encode()).hexdigest()
    expansion.output("imageUri", applied(lambda text: f"{text}@sha256:{digest}", url))


def _unique(expansion: Expansion, told: Mapping[str, Any]) -> str:
    text = told["context"] or "."
    text += f";dockerfile={told['dockerfile']}" if told["dockerfile"] else ""
    text += "".join(f";arg[{key}]={value}" for key, value in (told["args"] or {}).items())
    return f"{short_hash(text + expansion.stack)}-container"


def expand_registry_image(expansion: Expansion) -> None:
    """An image of another registry, copied into a repository."""
    expansion.only(_COPY)
    tag = expansion.plain("tag") or "latest"
    source, url = expansion.given("sourceImage"), expansion.given("repositoryUrl")
    expansion.resource("pulumi:providers:docker", expansion.name, {})
    target = applied(lambda text: f"{text}:{tag}", url)
    expansion.resource("docker:index/tag:Tag", expansion.name, {"sourceImage": source, "targetImage": target})
    triggers = expansion.plain("triggers") or {}
    known: Any = source.value if wholly_known(source.value) else None
    made = expansion.resource(
        "docker:index/registryImage:RegistryImage",
        expansion.name,
        {
            **{key: expansion.given(key) for key in ("insecureSkipVerify", "keepRemotely")},
            "name": target,
            "triggers": {**triggers, "@pulumi/awsx/internal/sourceImage": Traced(known, source.urns)},
        },
    )
    expansion.output("image", reference_to(made))
