"""The pack's own process, as Pulumi's engine starts it and talks to it."""

from collections.abc import Iterator

import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto import analyzer_pb2_grpc

from policy.pack import all_rules
from policy.rules import kms, rds, s3
from tests.policy.engine.process import (
    EMPTY,
    POLICY,
    UNKNOWN_STRING,
    analyze_request,
    pack_process,
    secret,
    stack_resource,
    urn,
)

Stub = analyzer_pb2_grpc.AnalyzerStub


@pytest.fixture(scope="module")
def pack() -> Iterator[Stub]:
    with pack_process() as stub:
        yield stub


@pytest.fixture
def configured(pack: Stub) -> Iterator[Stub]:
    yield pack
    pack.Configure(wire.ConfigureAnalyzerRequest())


def said(response: wire.AnalyzeResponse) -> dict[str, tuple[str, int]]:
    return {each.policyName: (each.message, each.enforcementLevel) for each in response.diagnostics}


def test_lists_one_policy_a_rule(pack: Stub) -> None:
    info = pack.GetAnalyzerInfo(EMPTY)
    assert info.name == "strata-aws"
    assert info.supportsConfig
    assert f"version: {info.version}\n" in (POLICY / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert [policy.name for policy in info.policies] == [rule.id for rule in all_rules()]
    listed = {policy.name: policy for policy in info.policies}
    backups = listed["rds-backups"]
    assert backups.policy_type == wire.POLICY_TYPE_RESOURCE
    assert backups.enforcementLevel == wire.MANDATORY
    assert backups.severity == wire.POLICY_SEVERITY_HIGH
    assert (backups.framework.name, backups.framework.reference) == ("FSBP", "RDS.11")
    assert "Checkov CKV_AWS_133" in backups.tags
    assert backups.remediation_steps == "Set backupRetentionPeriod to 7 days or more."
    assert backups.url.startswith("https://docs.aws.amazon.com/")
    assert backups.configSchema.properties["minimumDays"]["default"] == 7
    assert listed["s3-bucket-tls-only"].policy_type == wire.POLICY_TYPE_STACK


def test_lists_prod_rules_as_advisory_for_dev() -> None:
    with pack_process("dev") as stub:
        levels = {each.name: each.enforcementLevel for each in stub.GetAnalyzerInfo(EMPTY).policies}
        assert levels["rds-backups"] == wire.ADVISORY
        assert levels["rds-encrypted"] == wire.MANDATORY
        response = stub.Analyze(analyze_request(rds.INSTANCE, "db", "dev", storageEncrypted=True, kmsKeyId="k"))
        assert said(response)["rds-backups"][1] == wire.ADVISORY


def test_judges_known_values(pack: Stub) -> None:
    found = said(pack.Analyze(analyze_request(rds.INSTANCE, "db", storageEncrypted=False, multiAz=True)))
    assert found["rds-encrypted"] == (
        "db: is not encrypted at rest (storageEncrypted)\nDatabases are encrypted at rest with a customer key.\n"
        f"To mend: {rds.encrypted.remedy} {rds.encrypted.link}",
        wire.MANDATORY,
    )
    assert "rds-multi-az" not in found


def test_unknown_values_neither_fail_nor_hide(pack: Stub) -> None:
    response = pack.Analyze(
        analyze_request(
            rds.INSTANCE,
            "db",
            storageEncrypted=True,
            kmsKeyId=UNKNOWN_STRING,
            multiAz=UNKNOWN_STRING,
            deletionProtection=False,
            backupRetentionPeriod=UNKNOWN_STRING,
        )
    )
    mandatory = [name for name, (_, level) in said(response).items() if level == wire.MANDATORY]
    assert mandatory == ["rds-deletion-protection"]


def test_secret_values_are_read(pack: Stub) -> None:
    statement = '{"Statement":{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}}'
    response = pack.Analyze(analyze_request("aws:iam/rolePolicy:RolePolicy", "p", policy=secret(statement)))
    assert "All allows every action (policy)" in said(response)["iam-no-administrator"][0]
    hidden = pack.Analyze(
        analyze_request(kms.KEY, "key", enableKeyRotation=secret(True), policy=secret(UNKNOWN_STRING))
    )
    assert said(hidden) == {}


def test_remote_components_have_nothing_to_judge(pack: Stub) -> None:
    assert said(pack.Analyze(analyze_request("eks:index:Cluster", "cluster"))) == {}


def test_judges_the_stack_by_its_dependencies(pack: Stub) -> None:
    request = wire.AnalyzeStackRequest(
        resources=[
            stack_resource("pulumi:pulumi:Stack", "strata-prod"),
            stack_resource(s3.BUCKET, "closed", bucket=UNKNOWN_STRING),
            stack_resource(s3.BUCKET, "open", bucket=UNKNOWN_STRING),
            stack_resource(
                s3.PUBLIC_ACCESS_BLOCK, "block", refers={"bucket": urn(s3.BUCKET, "closed")}, bucket=UNKNOWN_STRING
            ),
        ]
    )
    response = pack.AnalyzeStack(request)
    blamed = [each.urn for each in response.diagnostics if each.policyName == "s3-bucket-public-access-block"]
    assert blamed == [urn(s3.BUCKET, "open")]
    assert "s3-public-access-block-complete" not in said(response)  # a resource rule: reported by Analyze


def test_configuration_sets_levels_and_thresholds(configured: Stub) -> None:
    short = analyze_request(rds.INSTANCE, "db", backupRetentionPeriod=10, storageEncrypted=False)
    assert "rds-backups" not in said(configured.Analyze(short))
    stricter = wire.PolicyConfig(enforcementLevel=wire.MANDATORY)
    stricter.properties.update({"minimumDays": 30})
    changes = {
        "rds-backups": stricter,
        "rds-encrypted": wire.PolicyConfig(enforcementLevel=wire.ADVISORY),
        "rds-multi-az": wire.PolicyConfig(enforcementLevel=wire.DISABLED),
    }
    configured.Configure(wire.ConfigureAnalyzerRequest(policyConfig=changes))
    found = said(configured.Analyze(short))
    assert "less than 30 days" in found["rds-backups"][0]
    assert found["rds-encrypted"][1] == wire.ADVISORY
    assert "rds-multi-az" not in found


def test_the_day_to_judge_by_is_configuration(configured: Stub) -> None:
    """Also as the engine hands it on: with the default of the threshold that is not given."""
    cluster = analyze_request("aws:eks/cluster:Cluster", "cluster", version="1.36")
    for day, told in (("2027-02-02", False), ("2027-02-03", True)):
        strict = wire.PolicyConfig(enforcementLevel=wire.MANDATORY)
        strict.properties.update({"day": day, "noticeDays": 180})
        configured.Configure(wire.ConfigureAnalyzerRequest(policyConfig={"version-support": strict}))
        found = said(configured.Analyze(cluster))
        assert ("version-support" in found) is told
    assert found["version-support"][1] == wire.MANDATORY
    assert "ends on 2027-08-02, in 180 days" in found["version-support"][0]


def test_every_rule_as_listed_changes_nothing(configured: Stub) -> None:
    request = analyze_request("aws:iam/policy:Policy", "p", policy="{}")
    before = configured.Analyze(request)
    listed = configured.GetAnalyzerInfo(EMPTY).policies
    echoed = {each.name: wire.PolicyConfig(enforcementLevel=each.enforcementLevel) for each in listed}
    configured.Configure(wire.ConfigureAnalyzerRequest(policyConfig=echoed))
    assert configured.Analyze(request) == before


def test_plugin_info(pack: Stub) -> None:
    assert pack.GetPluginInfo(EMPTY).version
