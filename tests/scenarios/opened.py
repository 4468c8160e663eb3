"""Sections of settings that stacks leave out, for fields in them to be there, and fields that nothing is put into."""

from collections.abc import Mapping
from typing import Any

from tests.settings.legal import Path

OWN_CODE = {"folder": "functions/archive_events", "handler": "handler.handle"}
ORDERED: Mapping[str, str] = {
    "ContainerHealth.command": "the words of one command",
    "MigrationFiles.files": "applied in their order, and a file more only comes last: MigrationFiles says so",
    "NetworkSettings.zoneOrder": "an order by what it says",
    "NearestSettings.continents": "home makes no record of them; the recovery stack reads them in home's file",
    "PodSettings.nodeSelector": "pods want a node with all of it, and a label that no group has is refused",
    "OriginSecretSettings.generations": "two at most, of which the first is sent; steps.py has the steps",
    "CrossOriginSettings.exposeHeaders": "Amplify, the one that could be told, refuses headers.cors",
    "CrossOriginSettings.headers": "the same",
    "CrossOriginSettings.methods": "the same",
    "CrossOriginSettings.origins": "the same",
}
"""Fields that nothing is inserted into, and why."""

OPENED: Mapping[str, Mapping[Path, Any]] = {
    "collaboration": {("tracing",): {}},
    "confluence-lambda": {("functions", "code"): {"search": OWN_CODE, "user": OWN_CODE}},
    "consulting": {("tracing",): {}},
    "records": {
        ("tracing",): {},
        ("globalAccelerator",): {},
        ("events",): {"code": OWN_CODE},
        ("network", "interfaceEndpoints"): ["ecr.api", "ecr.dkr", "lambda", "logs", "secretsmanager", "sts"],
        ("fargate",): {"b": {"uses": ["database"]}, "z": {}},
        ("selfManagedNodes",): {
            "name": "own",
            "instanceTypes": ["c5.large"],
            "minSize": 1,
            "maxSize": 2,
            "desiredSize": 1,
        },
    },
    "mdreader-prod": {("copies", "images"): ["mdreader"]},
    "collaboration-prod": {("copies", "images"): ["prod-collaboration"]},
    "mdreader-amplify": {
        ("amplify", "headers"): {
            "contentSecurityPolicy": {"sources": {"img-src": ["'self'"], "worker-src": ["'self'"]}}
        },
    },
}
"""Sections that stacks leave out, by stack or system, so that the fields in them are there."""
OF_THE_HOME: frozenset[Path] = frozenset({("globalAccelerator",), ("events",), ("fargate",)})
"""Those that a recovery stack leaves to its home and refuses."""
CONFIG: Mapping[str, Mapping[str, str]] = {"records": {"records:originSecret": "header-of-all-regions"}}
"""The same outside of ``strata:settings``."""
TOGETHER: Mapping[str, str] = dict.fromkeys(
    ("NetworkSettings.data", "NetworkSettings.private", "NetworkSettings.public"), "NetworkSettings.zones"
)
"""Fields that have the same keys in all of them."""
