"""Images of containers, whoever runs them, and what is written into their environment."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from policy.credentials import is_credential
from policy.model import Finding, Level, Resource, Severity, rule
from policy.pods import WORKLOADS, name_of, pods
from policy.tokens import canonical

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_PRIVATE_REGISTRY = re.compile(r"^\d{12}\.dkr[.-]ecr[.-]")  # whose repositories ecr-immutable-tags looks after


def is_movable(image: Any) -> bool:
    """Whether a known image reference names no version: tag latest, or none, and no digest."""
    if not isinstance(image, str) or not image or "@" in image:
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag in ("", "latest")


@rule(
    "kubernetes-image-version",
    title="Containers name the version of their image",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={"Checkov": "CKV_K8S_14"},
    remedy="Name a tag other than latest, or a digest.",
    link="https://kubernetes.io/docs/concepts/containers/images/",
)
def image_version(workload: Resource) -> Iterator[Finding]:
    """Pods of one Deployment run different programs when the tag moves, and there is nothing to roll back to."""
    for pod in pods(workload):
        for container in pod.containers():
            if is_movable(container.get("image")):
                yield Finding(f"{name_of(container)} runs whatever is latest", container.path("image"))


@rule(
    "kubernetes-image-digest",
    title="Images of foreign registries are named by digest",
    severity=Severity.LOW,
    types=WORKLOADS,
    frameworks={"Checkov": "CKV_K8S_43"},
    remedy="Append @sha256: and the digest, or copy the image into a private ECR repository with immutable tags.",
    link="https://kubernetes.io/docs/concepts/containers/images/",
    level=Level.ADVISORY,
)
def image_digest(workload: Resource) -> Iterator[Finding]:
    """Whoever owns the registry, or breaks into it, can put another image under the same tag."""
    for pod in pods(workload):
        for container in pod.containers():
            image = container.get("image")
            tagged = isinstance(image, str) and "@" not in image and not is_movable(image)
            if tagged and not _PRIVATE_REGISTRY.match(image):
                yield Finding(f"{name_of(container)} runs what a foreign registry tags so", container.path("image"))


@rule(
    "kubernetes-no-plain-secrets",
    title="Pods and ConfigMaps hold no credentials",
    severity=Severity.HIGH,
    types=[*WORKLOADS, CONFIG_MAP],
    frameworks={"CIS EKS 1.5": ("4.4.1", "4.4.2"), "Checkov": "CKV_K8S_35"},
    remedy="Keep the value in Secrets Manager or a Secret, and name it by valueFrom.secretKeyRef or a mounted file.",
    link="https://kubernetes.io/docs/concepts/configuration/secret/",
)
def no_plain_secrets(resource: Resource) -> Iterator[Finding]:
    """Whoever may look at pods or ConfigMaps reads it, and so does everybody with the program's code or state."""
    yield from _in_data(resource) if canonical(resource.type) == CONFIG_MAP else _in_pods(resource)


def _in_data(config: Resource) -> Iterator[Finding]:
    data = config.get("data")
    for key, value in data.items() if isinstance(data, dict) else ():
        if is_credential(key, value):
            yield Finding(f"holds a credential in {key}", f'data["{key}"]')


def _in_pods(resource: Resource) -> Iterator[Finding]:
    for container in (container for pod in pods(resource) for container in pod.containers()):
        for variable in container.blocks("env"):
            if is_credential(variable.get("name"), variable.get("value")):
                yield Finding(f"{name_of(container)} is given a credential", variable.path("value"))
        for key in ("command", "args"):
            if _says_one(container.get(key)):
                yield Finding(f"{name_of(container)} is started with a credential", container.path(key))


def _says_one(words: Any) -> bool:
    """Whether a command line holds a credential: in a word of it, or as the word after its option."""
    known = [word if isinstance(word, str) else "" for word in words] if isinstance(words, list) else []
    return any(is_credential("", word) for word in known) or any(
        option.startswith("--") and "=" not in option and not word.startswith("-") and is_credential(option[2:], word)
        for option, word in pairwise(known)
    )
