"""Which tasks Fargate takes."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.compute.task_settings import TaskSettings


def task(**changes: Any) -> TaskSettings:
    given: dict[str, Any] = {"family": "task", "tag": "1.0.0", "port": 8443}
    return TaskSettings(**given | changes)


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [(256, 512), (256, 2048), (512, 1024), (512, 4096), (1024, 8192), (2048, 16384), (4096, 30720), (8192, 61440)],
)
def test_sizes_that_fargate_offers(cpu: int, memory: int) -> None:
    assert task(cpu=cpu, memory=memory).memory == memory


@pytest.mark.parametrize(
    ("cpu", "memory"), [(256, 1536), (256, 4096), (512, 512), (1024, 1024), (4096, 31744), (8192, 20000)]
)
def test_sizes_that_it_does_not(cpu: int, memory: int) -> None:
    with pytest.raises(ValidationError, match=f"memory: {memory} does not go with cpu {cpu}"):
        task(cpu=cpu, memory=memory)


def test_the_allowed_sizes_are_named() -> None:
    with pytest.raises(ValidationError, match="Fargate offers 1024, 2048, 3072, 4096"):
        task(cpu=512, memory=512)


@pytest.mark.parametrize(
    "change",
    [
        {"tag": "latest"},
        {"tag": ""},
        {"user": "0"},
        {"user": "root"},
        {"user": "0:1000"},
        {"port": 443},
        {"stop_timeout": 121},
        {"scratch": {"tmp": 10}},
        {"scratch": {"/tmp": 600}},
        {"cpu": 100},
    ],
)
def test_what_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        task(**change)


def test_a_digest_is_a_version_too() -> None:
    digest = "sha256:" + "a" * 64
    assert task(tag=digest).tag == digest
