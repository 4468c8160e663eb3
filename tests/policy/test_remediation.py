"""What the pack sets by itself, asked through its own process; and that no such property replaces a resource."""

import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto import analyzer_pb2_grpc

from policy.analyzer import Analyzer
from policy.model import Exemption, Kind
from policy.pack import PACK_NAME, all_rules, rule_named
from policy.rules import apigateway, cloudfront, elb, kms, opensearch
from tests.policy.engine.process import EMPTY, UNKNOWN_STRING, analyze_request, pack_process, secret, urn

Stub = analyzer_pb2_grpc.AnalyzerStub
TABLE = "aws:dynamodb/table:Table"
# Unknown, secret and signed values that no remediation may touch.
REST: Mapping[str, Any] = {
    "arnOfAnother": UNKNOWN_STRING,
    "password": secret("hunter2"),
    "code": {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "x", "hash": "0"},
    "__defaults": ["port"],
    "members": [1, 2.5, True, None, {"a": UNKNOWN_STRING}],
}
BALANCED = "ELBSecurityPolicy-TLS13-1-2-2021-06"
OWN = {"acmCertificateArn": UNKNOWN_STRING, "sslSupportMethod": "sni-only"}
SEARCH = "Policy-Min-TLS-1-2-PFS-2023-10"
TAGS = {"cost-center": "4711", "owner": ""}
# Rule, type, inputs that it mends, and these inputs mended.
MENDED = [
    ("elb-tls-policy", elb.LISTENER, {"protocol": "HTTPS"}, {"protocol": "HTTPS", "sslPolicy": BALANCED}),
    (
        "elb-tls-policy",
        "aws:alb/listener:Listener",
        {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-2016-08"},
        {"protocol": "TLS", "sslPolicy": BALANCED},
    ),
    (
        "cloudfront-tls-version",
        cloudfront.DISTRIBUTION,
        {"viewerCertificate": {**OWN, "minimumProtocolVersion": "TLSv1"}},
        {"viewerCertificate": {**OWN, "minimumProtocolVersion": "TLSv1.2_2021"}},
    ),
    (
        "cloudfront-tls-version",
        cloudfront.DISTRIBUTION,
        {"viewerCertificate": secret({"iamCertificateId": "ASCA"})},
        {"viewerCertificate": secret({"iamCertificateId": "ASCA", "minimumProtocolVersion": "TLSv1.2_2021"})},
    ),
    ("apigateway-tls", apigateway.REST_DOMAIN, {"securityPolicy": "TLS_1_0"}, {"securityPolicy": "TLS_1_2"}),
    ("apigateway-tls", apigateway.REST_DOMAIN, {}, {"securityPolicy": "TLS_1_2"}),
    (
        "apigateway-tls",
        apigateway.HTTP_DOMAIN,
        {"domainNameConfiguration": {"certificateArn": UNKNOWN_STRING}},
        {"domainNameConfiguration": {"certificateArn": UNKNOWN_STRING, "securityPolicy": "TLS_1_2"}},
    ),
    (
        "opensearch-https",
        opensearch.DOMAIN,
        {"domainEndpointOptions": {"enforceHttps": False, "tlsSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}},
        {"domainEndpointOptions": {"enforceHttps": False, "tlsSecurityPolicy": SEARCH}},
    ),
    ("tags-required", TABLE, {"tags": {"cost-center": UNKNOWN_STRING}}, None),
    ("tags-required", TABLE, {}, {"tags": {"cost-center": "4711"}}),
    (
        "tags-required",
        TABLE,
        {"tags": secret({"owner": UNKNOWN_STRING})},
        {"tags": secret({"owner": UNKNOWN_STRING, "cost-center": "4711"})},
    ),
]
# Left alone: what is not known, what has no one right answer, and what a finding does not name.
LEFT = [
    (elb.LISTENER, {"protocol": "HTTPS", "sslPolicy": UNKNOWN_STRING}),
    (elb.LISTENER, {"protocol": UNKNOWN_STRING}),
    (elb.LISTENER, {"protocol": "HTTP"}),
    (elb.LISTENER, {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"}),
    (cloudfront.DISTRIBUTION, {"viewerCertificate": UNKNOWN_STRING}),
    (cloudfront.DISTRIBUTION, {"viewerCertificate": {"cloudfrontDefaultCertificate": True}}),
    (cloudfront.DISTRIBUTION, {"viewerCertificate": {"cloudfrontDefaultCertificate": UNKNOWN_STRING}}),
    (cloudfront.DISTRIBUTION, {}),
    (apigateway.REST_DOMAIN, {"securityPolicy": "SecurityPolicy_OF_TOMORROW"}),
    (apigateway.HTTP_DOMAIN, {"domainNameConfiguration": UNKNOWN_STRING}),
    (apigateway.HTTP_DOMAIN, {"domainNameConfiguration": [{"certificateArn": "arn"}]}),
    (opensearch.DOMAIN, {"domainEndpointOptions": UNKNOWN_STRING}),
    (opensearch.DOMAIN, {}),
    (kms.KEY, {"enableKeyRotation": False}),
    ("aws:rds/instance:Instance", {"storageEncrypted": False, "publiclyAccessible": True, "tags": UNKNOWN_STRING}),
]
# Where the provider's schema stands in which none of these properties forces a new resource.
_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/"
UPDATED_IN_PLACE = {
    ("elb-tls-policy", "sslPolicy"): _PROVIDER + "elbv2/listener.go",
    ("cloudfront-tls-version", "viewerCertificate.minimumProtocolVersion"): _PROVIDER + "cloudfront/distribution.go",
    ("apigateway-tls", "securityPolicy"): _PROVIDER + "apigateway/domain_name.go",
    ("apigateway-tls", "domainNameConfiguration.securityPolicy"): _PROVIDER + "apigatewayv2/domain_name.go",
    ("opensearch-https", "domainEndpointOptions.tlsSecurityPolicy"): _PROVIDER + "opensearch/domain.go",
    (
        "tags-required",
        "tags",
    ): "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html",
}


def _mending() -> dict[str, wire.PolicyConfig]:
    configs = {rule.id: wire.PolicyConfig(enforcementLevel=wire.REMEDIATE) for rule in all_rules()}
    configs["tags-required"].properties.update({"tags": TAGS})
    return configs


@pytest.fixture(scope="module")
def mending() -> Iterator[Stub]:
    """The pack with `all: remediate`, as the engine spells it out."""
    with pack_process() as stub:
        stub.Configure(wire.ConfigureAnalyzerRequest(policyConfig=_mending()))
        yield stub


@pytest.fixture
def pack(mending: Stub) -> Iterator[Stub]:
    """The same process for a test that configures it anew, which takes the place of all that it was told before."""
    mending.Configure(wire.ConfigureAnalyzerRequest())
    yield mending
    mending.Configure(wire.ConfigureAnalyzerRequest(policyConfig=_mending()))


def remediated(stub: Stub, token: str, inputs: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    response = stub.Remediate(analyze_request(token, "it", **inputs))
    assert all((each.policyPackName, each.diagnostic) == (PACK_NAME, "") for each in response.remediations)
    return [(each.policyName, json_format.MessageToDict(each.properties)) for each in response.remediations]


@pytest.mark.parametrize(("rule_id", "token", "before", "after"), MENDED)
def test_sets_its_property_and_nothing_else(
    mending: Stub, rule_id: str, token: str, before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    found = [given for given in remediated(mending, token, {**REST, **before}) if given[0] == rule_id]
    assert found == ([(rule_id, {**REST, **after})] if after else [])


@pytest.mark.parametrize(("rule_id", "token", "before", "after"), MENDED)
def test_a_second_run_changes_nothing(
    mending: Stub, rule_id: str, token: str, before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    for _, mended in remediated(mending, token, {**REST, **before})[-1:]:
        assert remediated(mending, token, mended) == []
        left = mending.Analyze(analyze_request(token, "it", **mended)).diagnostics
        paths = "|".join(re.escape(path) for path in rule_named(rule_id).mends if path != "tags")
        told = [each.message for each in left if each.policyName == rule_id]
        assert not [message for message in told if paths and re.search(paths, message)]
        assert all(each.enforcementLevel == wire.MANDATORY for each in left)


@pytest.mark.parametrize(("token", "inputs"), LEFT)
def test_leaves_alone(mending: Stub, token: str, inputs: dict[str, Any]) -> None:
    tagged = {"tags": {"cost-center": "1"}}
    assert remediated(mending, token, {**REST, **tagged, **inputs}) == []


def test_what_a_person_must_decide_is_mandatory(mending: Stub) -> None:
    levels = {
        each.policyName: each.enforcementLevel
        for each in mending.Analyze(analyze_request(TABLE, "table", tags={"cost-center": "1"})).diagnostics
    }
    assert levels["tags-required"] == wire.MANDATORY  # the owner has no value to be set to
    assert set(levels.values()) == {wire.MANDATORY}


def test_several_rules_mend_one_after_the_other(mending: Stub) -> None:
    first, second = remediated(mending, opensearch.DOMAIN, {"domainEndpointOptions": {"enforceHttps": True}})
    options = {"domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": SEARCH}}
    assert first == ("opensearch-https", options)
    assert second == ("tags-required", {**options, "tags": {"cost-center": "4711"}})


def test_nothing_is_mended_unless_asked(pack: Stub) -> None:
    listed = {
        each.name: wire.PolicyConfig(enforcementLevel=each.enforcementLevel)
        for each in pack.GetAnalyzerInfo(EMPTY).policies
    }
    for configuration in ({}, listed, {"elb-tls-policy": wire.PolicyConfig(enforcementLevel=wire.MANDATORY)}):
        pack.Configure(wire.ConfigureAnalyzerRequest(policyConfig=configuration))
        assert all(remediated(pack, token, {**REST, **before}) == [] for _, token, before, _ in MENDED)


def test_a_rule_that_mends_nothing_is_refused_at_that_level(pack: Stub) -> None:
    """By name; `all: remediate`, which the engine spells out rule by rule, leaves it mandatory."""
    named = {"rds-encrypted": wire.PolicyConfig(enforcementLevel=wire.REMEDIATE)}
    listed = {
        each.name: wire.PolicyConfig(enforcementLevel=each.enforcementLevel)
        for each in pack.GetAnalyzerInfo(EMPTY).policies
    }
    for configuration in (named, listed | named):
        with pytest.raises(grpc.RpcError) as caught:
            pack.Configure(wire.ConfigureAnalyzerRequest(policyConfig=configuration))
        error: Any = caught.value
        assert error.details() == "rds-encrypted.enforcementLevel: this rule mends nothing by itself"
    softer = _mending() | {"rds-backups": wire.PolicyConfig(enforcementLevel=wire.ADVISORY)}
    pack.Configure(wire.ConfigureAnalyzerRequest(policyConfig=softer))
    asked = analyze_request("aws:rds/instance:Instance", "db", storageEncrypted=False, backupRetentionPeriod=1)
    levels = {each.policyName: each.enforcementLevel for each in pack.Analyze(asked).diagnostics}
    assert (levels["rds-encrypted"], levels["rds-backups"]) == (wire.MANDATORY, wire.ADVISORY)


def test_what_is_exempt_is_not_mended() -> None:
    exemption = Exemption("elb-tls-policy", urn(elb.LISTENER, "old"), "r", "o", date(2026, 1, 31))
    pack = Analyzer(PACK_NAME, all_rules(), (exemption,), date(2026, 1, 31))
    pack.Configure(wire.ConfigureAnalyzerRequest(policyConfig=_mending()), None)
    mended = {
        name: len(pack.Remediate(analyze_request(elb.LISTENER, name, protocol="HTTPS"), None).remediations)
        for name in ("old", "new")
    }
    assert mended == {"old": 0, "new": 1}


def test_every_remediation_is_of_a_property_that_updates_in_place() -> None:
    assert {(rule.id, path) for rule in all_rules() for path in rule.mends} == set(UPDATED_IN_PLACE)
    assert {rule.kind for rule in all_rules() if rule.mends} == {Kind.RESOURCE}
    for rule in all_rules():
        for path in rule.mends:
            for token in rule.types:
                assert not _replaces(_documentation(token, path.partition(".")[0])), f"{token} {path}"


def test_the_documentation_says_what_replaces() -> None:
    assert _replaces(_documentation("aws:opensearch/domain:Domain", "vpcOptions"))
    assert _documentation("aws:lb/listener:Listener", "sslPolicy")


def _replaces(text: str) -> bool:
    return re.search(r"forces? (a )?new|replac|recreat|create a new", text, re.IGNORECASE) is not None


def _documentation(token: str, name: str) -> str:
    """What pulumi-aws says of an input; nothing where the type has no such input."""
    _, member, kind = token.split(":")
    module = importlib.import_module(f"pulumi_aws.{member.split('/')[0].replace('lambda', 'lambda_')}")
    text = inspect.getdoc(getattr(module, f"{kind}Args").__init__) or ""
    attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    found = re.search(rf":param [^\n]*\b{attribute}: (.*?)(?=\n:param|\Z)", text, re.DOTALL)
    return " ".join(found[1].split()) if found else ""
