"""Images of containers, and registries of ECR."""

from typing import Annotated

from pydantic import AfterValidator

from settings.errors import shown
from settings.form import Form
from settings.provider import unknown_region

_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"sha256:[0-9a-f]{64}"
_REGISTRY = r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com"
_REPOSITORY = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
"""https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"""
_EXAMPLE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/search:4.2.0"


def _one(value: str) -> str:
    if value == "latest":
        raise ValueError(f"{shown(value)} names no one image: a tag other than latest, or sha256: and its digest")
    return value


def registry_region(uri: str) -> str:
    """The region of the registry that an image is in."""
    return uri.split(".")[3]


def _pinned(uri: str) -> str:
    if wrong := unknown_region(registry_region(uri)):
        raise ValueError(wrong)
    if uri.endswith(":latest"):
        raise ValueError(f"{shown(uri)} names no one image: a tag other than latest, or @sha256: and its digest")
    return uri


ImageTag = Annotated[
    str, Form(f"{_DIGEST}|{_TAG}", "a tag of an image, nor sha256: and its digest", "1.4.2"), AfterValidator(_one)
]
"""A tag or a digest of a container image: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pull"""

ImageUri = Annotated[
    str,
    Form(
        rf"{_REGISTRY}/{_REPOSITORY}(:{_TAG}|@{_DIGEST})",
        "an image of a private ECR repository with its tag or digest",
        _EXAMPLE,
    ),
    AfterValidator(_pinned),
]
"""An image with its tag or digest in ECR."""

CollectorTag = Annotated[str, Form(rf"v\d+\.\d+\.\d+|{_DIGEST}", "a release of the collector's image", "v0.43.1")]


def repository_and_tag(uri: str) -> tuple[str, str]:
    """An image's repository with its registry, and its tag or digest."""
    repository, at, digest = uri.partition("@")
    return (repository, digest) if at else (uri.rpartition(":")[0], uri.rpartition(":")[2])
