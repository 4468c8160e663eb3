"""Small graphs of one thing each: that it is a place at all, and who gets to it; or that nobody knows, by its name."""

import json
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach, UnknownPlaceError
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public
from tests.analyser.analyses.reach.test_edges import HOME, NO, OTHER, UNSURE, YES
from tests.analyser.analyses.reach.test_kinds import verdict
from tests.analyser.analyses.reach.test_policies import allow, of, when

DOORS = [
    ("aws:backup/vault:Vault", "aws:backup/vaultPolicy:VaultPolicy", {"backupVaultName": "id-thing"}),
    ("aws:cloudwatch/eventBus:EventBus", "aws:cloudwatch/eventBusPolicy:EventBusPolicy", {"eventBusName": "id-thing"}),
    ("aws:glacier/vault:Vault", "aws:glacier/vaultLock:VaultLock", {"vaultName": "id-thing"}),
    ("aws:glue/catalogDatabase:CatalogDatabase", "aws:glue/resourcePolicy:ResourcePolicy", {}),
    ("aws:dynamodb/table:Table", "aws:dynamodb/resourcePolicy:ResourcePolicy", {"resourceArn": "id-thing"}),
]


def document(principal: Any, **more: Any) -> str:
    return json.dumps({"Statement": [allow(principal, "*", "*", **more)]})


@pytest.mark.parametrize(("token", "policies", "by"), DOORS)
@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, NO),
        (document("*"), YES),
        (document(of(OTHER)), YES),
        (document(of(HOME)), NO),
        (document("*", **when("StringEquals", "aws:PrincipalAccount", HOME)), NO),
        (UNKNOWN, UNSURE),
    ],
)
def test_what_strangers_speak_to_by_its_policy(
    token: str, policies: str, by: dict[str, Any], policy: Any, expected: Verdict
) -> None:
    made = Made()
    made.any(token, "thing")
    if policy is not None:
        made.any(policies, "lets", policy=policy, **by)
    assert verdict(made, target="thing", port=None) is expected


@pytest.mark.parametrize(("policy", "expected"), [(document("*"), YES), (None, NO), (UNKNOWN, UNSURE)])
def test_the_policy_of_an_archive_in_itself(policy: Any, expected: Verdict) -> None:
    made = Made()
    made.any("aws:glacier/vault:Vault", "thing", accessPolicy=policy)
    assert verdict(made, target="thing", port=None) is expected


def test_everybody_pulls_from_a_public_registry() -> None:
    made = Made()
    made.any("aws:ecrpublic/repository:Repository", "thing")
    assert verdict(made, target="thing", port=None) is YES


@pytest.mark.parametrize(
    ("permission", "expected", "whom"),
    [
        ({"principal": OTHER}, YES, f"principals of account {OTHER}"),
        ({"principal": HOME}, NO, ""),
        ({"principal": "*"}, YES, "anybody with an account of AWS"),
        ({"principal": "*", "condition": {"key": "aws:PrincipalOrgID", "value": "o-abc"}}, YES, "principals of o-abc"),
    ],
)
def test_a_permission_of_an_event_bus(permission: dict[str, Any], expected: Verdict, whom: str) -> None:
    made = Made()
    bus = made.any("aws:cloudwatch/eventBus:EventBus", "thing")
    made.any("aws:cloudwatch/eventPermission:EventPermission", "lets", eventBusName=bus, **permission)
    (answer,) = ask(Reach(made.graph()), "internet", "thing")
    assert answer.verdict is expected
    assert whom in answer.path[0].checks[0].says


@pytest.mark.parametrize(
    ("maps", "public_db", "expected"), [(True, True, YES), (True, False, NO), (True, UNKNOWN, UNSURE)]
)
def test_a_serverless_warehouse(maps: bool, public_db: object, expected: Verdict) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=maps)
    inputs: dict[str, Any] = {"subnetIds": [subnet], "securityGroupIds": [made.group(vpc, port=5439)]}
    made.any("aws:redshiftserverless/workgroup:Workgroup", "db", publiclyAccessible=public_db, **inputs)
    assert verdict(made, target="db", port=None) is expected
    assert verdict(made, target="redshift", port=5439) is expected


@pytest.mark.parametrize(("elastic", "expected"), [(True, YES), (False, NO)])
def test_a_request_for_a_spot_instance(elastic: bool, expected: Verdict) -> None:
    made, vpc, subnet = public()
    made.add("SpotInstanceRequest", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    if elastic:
        made.add("Eip", "address", instance="id-vm")
    assert verdict(made) is expected


def test_a_file_system_is_reached_by_its_mount_targets() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    files = made.any("aws:efs/fileSystem:FileSystem", "files")
    group = made.group(vpc, port=2049)
    made.any("aws:efs/mountTarget:MountTarget", "mount", fileSystemId=files, subnetId=subnet, securityGroups=[group])
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    assert verdict(made, target="files", port=None) is NO
    assert verdict(made, "vm", "files", None) is YES


@pytest.mark.parametrize(
    ("access", "expected", "inside"),
    [
        ({"ec2SshKey": "key"}, YES, YES),
        ({"ec2SshKey": "key", "sourceSecurityGroupIds": ["sg-open"]}, NO, YES),
        ({}, NO, NO),
        (UNKNOWN, UNSURE, UNSURE),
    ],
)
def test_those_who_log_in_to_nodes(access: Any, expected: Verdict, inside: Verdict) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    own = {"vpcConfig": {"clusterSecurityGroupId": "sg-own"}}
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig={"subnetIds": [subnet]}, outputs=own)
    made.any("aws:eks/nodeGroup:NodeGroup", "nodes", clusterName="eks", subnetIds=[subnet], remoteAccess=access)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    assert verdict(made, target="nodes") is expected
    assert verdict(made, "vm", "nodes") is inside


def test_those_who_log_in_to_nodes_of_windows() -> None:
    made, _, subnet = public(mapPublicIpOnLaunch=True)
    own = {"vpcConfig": {"clusterSecurityGroupId": "sg-own"}}
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig={"subnetIds": [subnet]}, outputs=own)
    given: dict[str, Any] = {"remoteAccess": {"ec2SshKey": "key"}, "amiType": "WINDOWS_CORE_2022_x86_64"}
    made.any("aws:eks/nodeGroup:NodeGroup", "nodes", clusterName="eks", subnetIds=[subnet], **given)
    assert verdict(made, target="nodes", port=3389) is YES
    assert verdict(made, target="nodes", port=22) is NO


@pytest.mark.parametrize(
    "token",
    [
        "aws:elasticbeanstalk/environment:Environment",
        "aws:lightsail/instance:Instance",
        "aws:vpclattice/service:Service",
        "aws:emr/cluster:Cluster",
    ],
)
def test_what_is_not_modelled_is_not_known_by_its_name(token: str) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.any(token, "other")
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    for source, target in (("internet", "other"), ("vm", "other"), ("other", "vm"), ("other", "internet")):
        (answer,) = ask(Reach(made.graph()), source, target)
        assert answer.verdict is UNSURE, (source, target)
        assert "not modelled" in answer.not_known[-1]


def test_what_bears_on_nothing_is_no_place() -> None:
    made = Made()
    made.any("aws:cloudwatch/logGroup:LogGroup", "logs")
    with pytest.raises(UnknownPlaceError, match="nothing is called 'logs'"):
        verdict(made, target="logs")
