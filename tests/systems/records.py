"""The records system with what its plan has for later: beside its database, or in place of it, and on Fargate."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from analyser.graph import Graph
from tests.stacks import shared
from tests.systems.changed import with_settings

ALONE: Mapping[str, Any] = {"copies": None}
"""Nobody stands by for a stack with Aurora: RDS makes no copy elsewhere of an instance that Aurora copies."""
TEAM = "arn:aws:iam::123456789012:role/batch-team"
FARGATE: Mapping[str, Any] = {
    "fargate": {"batch": {"uses": ["database", "cache", "stream", "archives"], "team": TEAM}, "reports": {}}
}
SPARE: Mapping[str, Any] = {
    "name": "spare",
    "instanceTypes": ["c5.2xlarge"],
    "minSize": 1,
    "maxSize": 3,
    "desiredSize": 2,
    "labels": {"kind": "spare"},
    "taints": [{"key": "spare", "value": "yes"}],
}
_BESIDE: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("primary", "prod"): FARGATE,
    ("follower", "dev"): {
        "selfManagedNodes": SPARE,
        "fargate": {"batch": {}},
        "autoscaler": "clusterAutoscaler",
        "application": {"nodePool": None, "tag": "team-7"},
        "maintenance": {"tag": "1.0.0"},
    },
}
"""By role and stack: settings that have nothing to do with Aurora, tried by the same run."""


def asked(role: str, **others: Any) -> dict[str, Any]:
    """Aurora in a role, as a stack file asks for it."""
    return {**ALONE, "auroraServerless": {"role": role, "maximumCapacity": 32, "engineVersion": "15.17", **others}}


@cache
def made(role: str, stack: str = "prod") -> Graph:
    """A stack with Aurora in a role. Tests only read it."""
    return shared(f"{stack}.{role}", lambda: with_aurora(role, stack))


def with_aurora(role: str, stack: str, *, known: bool = True) -> Graph:
    """The same, run for whoever asks."""
    own = {"database": {"manageMasterUserPassword": False}}
    return with_settings(stack, {**own, **asked(role), **_BESIDE.get((role, stack), {})}, known=known)


@cache
def alone() -> Graph:
    """The stack for which nobody stands by. Tests only read it."""
    return shared("prod.alone", lambda: with_settings("prod", ALONE))
