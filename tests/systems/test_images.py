"""Every image is by the digest of its content, or stands in the one table that says why not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyser.graph import Graph, Node
from components.versions import MINORS, PYTHON_IMAGE, VERSIONS, WITHOUT_DIGEST, Chart
from tests.stacks import ROOT, STACKS, stack_graph

RELEASE, REPOSITORY = "kubernetes:helm.sh/v3:Release", "aws:ecr/repository:Repository"
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
LABEL = re.compile(r"(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
OWN = "<account>.dkr.ecr.<region>.amazonaws.com/"
OF_CHARTS = {
    "cluster-autoscaler": {"image": "registry.k8s.io/autoscaling/cluster-autoscaler"},
    "vertical-pod-autoscaler": {"recommender.image": "registry.k8s.io/autoscaling/vpa-recommender"},
    "aws-load-balancer-controller": {"image": "public.ecr.aws/eks/aws-load-balancer-controller"},
    "external-secrets": {"image": "ghcr.io/external-secrets/external-secrets"},
    "karpenter": {"controller.image": "public.ecr.aws/karpenter/controller"},
    "karpenter-crd": {},
}
"""The images that charts run with these settings, by where their values have them: no webhook, updater or job."""
DOCKERFILES = sorted(
    file
    for file in ROOT.rglob("*Dockerfile*")
    if file.is_file() and not {".venv", "build", "node_modules", ".git"} & {*file.relative_to(ROOT).parts}
)


def without_reason(image: str) -> bool:
    """Whether an image is neither by digest nor in the table."""
    own = re.fullmatch(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/.+", image)
    named = OWN if own else image
    return not DIGEST.search(image) and not any(named.startswith(known) for known in WITHOUT_DIGEST)


def images(value: Any, path: str = "") -> Iterator[str]:
    """Whatever a resource pulls: `image` and `imageUri` wherever they stand, in JSON texts too."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("image", "imageUri") and isinstance(one, str):
                yield one
            yield from images(one, f"{path}.{key}")
    elif isinstance(value, list):
        for one in value:
            yield from images(one, path)
    elif isinstance(value, str) and value[:1] in ("[", "{") and '"image"' in value:
        yield from images(json.loads(value), path)


def of_chart(node: Node) -> Iterator[str]:
    """The images of a Helm release, by the tags that it is given."""
    for path, repository in OF_CHARTS[str(node.inputs["chart"]).rpartition("/")[2]].items():
        said: Any = node.inputs["values"]
        for key in path.split("."):
            said = said.get(key, {})
        yield f"{repository}:{said['tag']}" if "tag" in said else repository


def pulled(graph: Graph) -> Iterator[str]:
    """Every image of a stack."""
    for node in graph.resources:
        if node.type == RELEASE:
            yield from of_chart(node)
        else:
            yield from images(node.inputs)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_pulls_by_digest_or_says_why_not(stack: str) -> None:
    assert [image for image in pulled(stack_graph(stack)) if without_reason(image)] == []


def test_every_row_of_the_table_is_of_an_image_that_is_pulled_and_on_the_page() -> None:
    found = {image for stack in STACKS for image in pulled(stack_graph(stack)) if not DIGEST.search(image)}
    own = {OWN if ".dkr.ecr." in image else image for image in found}
    assert {row for row in WITHOUT_DIGEST if not any(image.startswith(row) for image in own)} == set()
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", page.partition("## Images")[2].partition("\n## ")[0], re.M))
    assert rows == WITHOUT_DIGEST


@pytest.mark.parametrize("minor", MINORS)
def test_the_autoscaler_s_tag_is_a_label_as_its_chart_makes_it(minor: str) -> None:
    assert LABEL.match(MINORS[minor].cluster_autoscaler.tagged.removeprefix("v"))


@pytest.mark.parametrize("stack", STACKS)
def test_nobody_moves_a_tag_of_the_stack_s_own_repositories(stack: str) -> None:
    for node in stack_graph(stack).of_type(REPOSITORY):
        assert node.inputs["imageTagMutability"] == "IMMUTABLE", node.name


def test_every_chart_of_the_file_has_its_images_here() -> None:
    assert {one.name for one in VERSIONS if isinstance(one, Chart)} <= set(OF_CHARTS)


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_dockerfile_builds_on_digests(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    given = dict(re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE))
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))
    bases = [re.sub(r"\$\{(\w+)\}", lambda arg: given[arg[1]], base) for base in re.findall(r"^FROM (\S+)", text, re.M)]
    copied = [one for one in re.findall(r"--from=(\S+)", text) if one not in stages]
    assert bases
    assert [one for one in (*bases, *copied) if one not in stages and not DIGEST.search(one)] == []


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_servers_are_built_on_the_file_s_python(file: Path) -> None:
    assert f"ARG PYTHON={PYTHON_IMAGE.repository}:{PYTHON_IMAGE.tagged}\n" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "image",
    [
        "docker.io/library/busybox:1.37",
        "registry.k8s.io/autoscaling/vpa-recommender:1.7.0",
        "123456789012.dkr.ecr.us-east-1.example.com/prod/app:1",
        "public.ecr.aws/docker/library/postgres@sha256:abc",
    ],
)
def test_an_image_that_nobody_has_looked_up_is_told(image: str) -> None:
    assert without_reason(image)
