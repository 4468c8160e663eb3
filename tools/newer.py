"""What there is beyond the versions that the program asks for, as far as anybody answers.

AWS is asked with the caller's credentials, chart repositories and registries of images without any, and the package
index through ``uv``. What does not answer is said not to have been asked, with the reason: nothing newer is an answer,
and silence is none.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from components.versions import KAFKA, KUBERNETES, MINORS, OPENSEARCH, POSTGRES, REDIS, VERSIONS, Chart, Image
from tools.charts import Read, read, releases

Client = Callable[[str], Any]
"""A client of AWS's API by the name of its service. Raises ``UnaskedError`` without credentials."""
_IMAGE_TYPES = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"
_TOKENS = {
    "public.ecr.aws": "https://public.ecr.aws/token/?service=public.ecr.aws&scope=aws",
    "ghcr.io": "https://ghcr.io/token?service=ghcr.io&scope=repository:{path}:pull",
}
"""Where registries give a token to anybody who asks; others want none."""


class UnaskedError(Exception):
    """Why somebody could not be asked."""


@dataclass(frozen=True)
class Question:
    """What is asked for, the version that is, and who tells of others."""

    what: str
    asked: str
    ask: Callable[[], Iterable[str]]


def newer(asked: str, found: Iterable[str]) -> list[str]:
    """Those of the versions found that are said like the one asked for and come after it, the newest last."""
    alike = {one for one in found if _form(one) == _form(asked)}
    return sorted((one for one in alike if _numbers(one) > _numbers(asked)), key=_numbers)


def _form(version: str) -> str:
    return re.sub(r"\d+", "0", version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def told(questions: Iterable[Question]) -> Iterator[str]:
    """A line for each question."""
    for one in questions:
        try:
            found = newer(one.asked, one.ask())
        except (UnaskedError, OSError, ValueError, BotoCoreError, ClientError) as error:
            yield f"{one.what} {one.asked}: not asked: {' '.join(str(error).split())}"
        else:
            yield f"{one.what} {one.asked}: {f'newer is {found[-1]}' if found else 'nothing newer'}"


def questions(client: Client, reading: Read = read) -> Iterator[Question]:
    """Everything that somebody can tell of. Of Lambda's runtimes and CodeBuild's images no API does."""
    yield from _of_aws(client)
    for one in VERSIONS:
        if isinstance(one, Chart):
            yield Question(one.of, one.value, lambda one=one: _chart(one, reading))
        if isinstance(one, Image):
            yield Question(one.of, one.tag, lambda one=one: _tags_of(one, reading))


def _of_aws(client: Client) -> Iterator[Question]:
    def listed(service: str, method: str, key: str, field: str, **given: Any) -> Iterator[Any]:
        api = client(service)
        paged = api.can_paginate(method)
        pages = api.get_paginator(method).paginate(**given) if paged else [getattr(api, method)(**given)]
        return (one[field] if field else one for page in pages for one in page[key])

    def eks() -> Iterator[str]:
        return listed("eks", "describe_cluster_versions", "clusterVersions", "clusterVersion")

    def add_on(name: str) -> Iterator[str]:
        given = {"addonName": name, "kubernetesVersion": KUBERNETES.value}
        found = listed("eks", "describe_addon_versions", "addons", "addonVersions", **given)
        return (one["addonVersion"] for builds in found for one in builds)

    def majors() -> Iterator[str]:
        found = listed("rds", "describe_db_engine_versions", "DBEngineVersions", "EngineVersion", Engine="postgres")
        return (one.partition(".")[0] for one in found)

    def node_image() -> list[str]:
        path = f"/aws/service/eks/optimized-ami/{KUBERNETES.value}/amazon-linux-2023/x86_64/standard/recommended"
        return [client("ssm").get_parameter(Name=f"{path}/release_version")["Parameter"]["Value"]]

    def redis() -> Iterator[str]:
        method = "describe_cache_engine_versions"
        return listed("elasticache", method, "CacheEngineVersions", "EngineVersion", Engine="redis")

    yield Question(KUBERNETES.of, KUBERNETES.value, eks)
    minor = MINORS[KUBERNETES.value]
    yield Question(f"node image of {KUBERNETES.value}", minor.node_image, node_image)
    for name, version in sorted(minor.add_ons.items()):
        yield Question(f"add-on {name}", version, lambda name=name: add_on(name))
    yield Question(POSTGRES.of, POSTGRES.value, majors)
    yield Question(REDIS.of, REDIS.value, redis)
    yield Question(KAFKA.of, KAFKA.value, lambda: listed("kafka", "list_kafka_versions", "KafkaVersions", "Version"))
    yield Question(
        OPENSEARCH.of, OPENSEARCH.value, lambda: listed("opensearch", "list_versions", "Versions", "", MaxResults=100)
    )


def credentials() -> Client:
    """Clients in the region of the environment, or else where AWS publishes first; each call is made once."""
    session = boto3.Session()
    settings = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1})
    known = session.get_credentials() is not None

    def client(service: str) -> Any:
        if not known:
            raise UnaskedError("there are no credentials for AWS")
        region = session.region_name or "us-east-1"
        return session.client(service, region_name=region, config=settings)

    return client


def _chart(chart: Chart, reading: Read) -> Iterable[str]:
    if chart.repository.startswith("oci://"):
        return tags(f"{chart.repository.removeprefix('oci://')}/{chart.name}", reading)
    return [one["version"] for one in releases(chart, reading)]


def _at(repository: str, what: str, reading: Read, **headers: str) -> bytes:
    """What the registry of a repository answers to anybody."""
    host, _, path = repository.partition("/")
    if host in _TOKENS:
        token = json.loads(reading(_TOKENS[host].format(path=path)))["token"]
        headers["Authorization"] = f"Bearer {token}"
    return reading(f"https://{host}/v2/{path}/{what}", **headers)


def tags(repository: str, reading: Read = read) -> list[str]:
    """The tags of a repository of images. Raises OSError where nobody answers."""
    return json.loads(_at(repository, "tags/list", reading))["tags"]


def _tags_of(image: Image, reading: Read) -> list[str]:
    """The tags that may take the place of an image's; Cluster Autoscaler's go by the minor of Kubernetes."""
    bound = any(image is minor.cluster_autoscaler for minor in MINORS.values())
    within = f"{image.tag.rpartition('.')[0]}." if bound else ""
    return [tag for tag in tags(image.repository, reading) if tag.startswith(within)]


def digest(repository: str, tag: str, reading: Read = read) -> str:
    """The digest of all platforms' content behind a tag. Raises OSError where nobody answers."""
    return f"sha256:{hashlib.sha256(_at(repository, f'manifests/{tag}', reading, Accept=_IMAGE_TYPES)).hexdigest()}"


def digests(reading: Read = read) -> Iterator[str]:
    """A line for each image: whether the tag still has the content that is pinned, and what the newest tag has."""
    for one in VERSIONS:
        if not isinstance(one, Image):
            continue
        try:
            latest = [one.tag, *newer(one.tag, _tags_of(one, reading))][-1]
            now, then = (digest(one.repository, tag, reading) for tag in (one.tag, latest))
        except (OSError, ValueError) as error:
            asking = f"docker buildx imagetools inspect {one.repository}:{one.tag}"
            yield f"{one.of} {one.tag}: digest not asked: {' '.join(str(error).split())}; {asking}"
            continue
        if one.value == one.tag:
            yield f"{one.of} {one.tag}: by its tag so far; {now}"
        elif now != one.value:
            yield f"{one.of} {one.tag}: the tag has other content now, {now}"
        if latest != one.tag:
            yield f"{one.of} {latest}: {then}"


def packages(run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run) -> str:
    """How many of the lock's Python packages have newer releases, by the index that uv asks."""
    asked = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "list",
        "--outdated",
        "--exclude-editable",
        "--format",
        "json",
        "--python",
        sys.executable,
    ]
    try:
        found = run(asked, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"Python packages: not asked: {error}"
    if found.returncode:
        return f"Python packages: not asked: {' '.join(found.stderr.split())[-200:]}"
    names = [f"{one['name']} {one['latest_version']}" for one in json.loads(found.stdout)]
    newest = ", ".join(names) if names else "nothing newer"
    return f"Python packages: {newest}{'; make lock UPGRADE=--upgrade' if names else ''}"
