"""How a stack file of MDReader that cannot be is refused, and what its stacks have in common."""

import json
from typing import Any

import pytest

from settings import SettingsError
from settings.stack import parse
from systems.mdreader import SystemSettings
from tests.stacks import SEALED, stack_graph
from tests.systems.mdreader import settings_of

PROD = settings_of("mdreader-prod")


def refusals(given: dict[str, Any]) -> tuple[str, ...]:
    """The lines that a stack file with these settings is refused with, all of which name it."""
    config = {
        "strata:system": "mdreader",
        "strata:environment": "prod",
        "strata:settings": json.dumps(given),
        "aws:region": "us-east-1",
    }
    with pytest.raises(SettingsError) as caught:
        parse("mdreader-prod", config, {"mdreader": SystemSettings})
    file = "Pulumi.mdreader-prod.yaml: "
    assert all(line.startswith(file) for line in caught.value.lines)
    return tuple(line.removeprefix(file) for line in caught.value.lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frontend": "amplify"}, "settings.amplify: is required by frontend amplify"),
        ({"frontend": "both"}, "settings.frontend: 'both' is not allowed; one of: s3, amplify"),
        ({"web": None}, "settings.web: is required by frontend s3"),
        ({"sender": "info@example.org"}, "settings.sender: must be an address of mdreader.app"),
        ({"fileSigner": "second"}, "settings.fileSigner: must be one of fileSigners: first"),
        ({"fileSigners": {}}, "settings.fileSigners: has 0 entries; at least 1"),
        ({"firewall": {"scope": "REGIONAL"}}, "settings.firewall.scope: must be CLOUDFRONT"),
        ({"regionalFirewall": {"scope": "CLOUDFRONT"}}, "settings.regionalFirewall.scope: "),
        ({"api": {"domain": "api.mdreader.app"}}, "settings.api.domain: is not to be chosen: it is made from domain"),
        (
            {"sockets": {"domain": "e.mdreader.app"}},
            "settings.sockets.domain: is not to be chosen: it is made from domain",
        ),
        (
            {"connections": {"tableName": "abc", "replicaRegion": "us-west-2"}},
            "settings.connections.replicaRegion: sockets are of one region",
        ),
        ({"thresholds": {"apiLatencyMs": 0}}, "settings.thresholds.apiLatencyMs: 0 is below 1"),
        ({"thresholds": {"latency": 1}}, "settings.thresholds.latency: unknown key; did you mean apiLatencyMs?"),
        (
            {"hostedZoneId": "mdreader.app"},
            "settings.hostedZoneId: 'mdreader.app' is not the id of a hosted zone, such as Z0123456789ABCDEFGHIJ",
        ),
        (
            {"backend": {"package": "/etc/passwd"}},
            "settings.backend.package: '/etc/passwd' is no file or folder of the project, named from its root",
        ),
        ({"backend": {"memoryMib": 64}}, "settings.backend.memoryMib: 64 is below 128"),
    ],
)
def test_bad_settings_are_told_by_file_and_key(change: dict[str, Any], said: str) -> None:
    assert refusals(PROD | change)[0].startswith(said)


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        (
            "cache",
            {"authentication": "iam"},
            "settings.cache.authentication: must be password: Hocuspocus is told a URL",
        ),
        (
            "cache",
            {"clusterMode": True},
            "settings.cache.clusterMode: must be false: Hocuspocus's URL names one server",
        ),
        ("database", {"dbName": None}, "settings.database.dbName: is required"),
        (
            "identity",
            {"pages": {"domain": "auth.mdreader.app"}},
            "settings.identity.pages.prefix: is required: a name of one's own waits",
        ),
    ],
)
def test_parts_that_do_not_fit_are_told(part: str, change: dict[str, Any], said: str) -> None:
    (line,) = refusals(PROD | {part: PROD[part] | change})
    assert line.startswith(said)


def test_stacks_differ_in_front_end_or_size_and_never_in_shape() -> None:
    prod, dev, amplify = (stack_graph(f"mdreader-{stack}") for stack in ("prod", "dev", "amplify"))
    once = {
        *SEALED,
        "aws:codepipeline/pipeline:Pipeline",
        "aws:cognito/riskConfiguration:RiskConfiguration",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "random:index/randomId:RandomId",  # of a last snapshot's name
    }
    missing = {
        kind for kind in set(prod.counts) - set(dev.counts) if "codebuild" not in kind and "codeconn" not in kind
    }
    assert missing <= once
    assert {kind for kind in amplify.counts if kind not in prod.counts} == {
        # Of production consulting-prod records.
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "aws:cfg/recorder:Recorder",
        "aws:cfg/recorderStatus:RecorderStatus",
        "aws:cfg/rule:Rule",
        "aws:amplify/app:App",
        "aws:amplify/branch:Branch",
        "aws:amplify/domainAssociation:DomainAssociation",
    }
