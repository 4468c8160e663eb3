"""Answers look like AWS's own and depend on nothing but the resource."""

from typing import Any

import pytest

from analyser.run.mock_cloud import host_names, invoke, look_up, outputs
from policy.unknown import UNKNOWN

ACCOUNT = "123456789012"


def answer(token: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    return outputs(f"aws:{token}", "thing", inputs, "eu-west-1")


@pytest.mark.parametrize(
    ("token", "inputs", "arn"),
    [
        ("s3/bucket:Bucket", {"bucket": "b"}, "arn:aws:s3:::b"),
        ("iam/role:Role", {"name": "r"}, f"arn:aws:iam::{ACCOUNT}:role/r"),
        ("rds/instance:Instance", {"identifier": "db"}, f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:db"),
        ("cloudwatch/logGroup:LogGroup", {"name": "/l"}, f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/l"),
        ("sqs/queue:Queue", {"name": "q", "region": "us-east-1"}, f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"),
        ("eks/cluster:Cluster", {"name": "c"}, f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/c"),
    ],
)
def test_arns_have_the_services_own_form(token: str, inputs: dict[str, Any], arn: str) -> None:
    assert answer(token, **inputs)[1]["arn"] == arn


def test_the_partition_follows_the_region() -> None:
    assert outputs("aws:s3/bucket:Bucket", "b", {}, "us-gov-west-1")[1]["arn"].startswith("arn:aws-us-gov:s3:::b-")


@pytest.mark.parametrize(
    ("token", "prefix"),
    [
        ("ec2/vpc:Vpc", "vpc-"),
        ("ec2/securityGroup:SecurityGroup", "sg-"),
        ("cloudfront/distribution:Distribution", "E"),
        ("route53/zone:Zone", "Z"),
        ("sns/topic:Topic", "arn:aws:sns:eu-west-1:"),
    ],
)
def test_ids_have_the_services_own_form(token: str, prefix: str) -> None:
    assert answer(token)[0].startswith(prefix)


def test_inputs_are_part_of_the_state_and_win() -> None:
    state = answer("rds/instance:Instance", port=6543, engineVersion="15.4")[1]
    assert (state["port"], state["engineVersion"]) == (6543, "15.4")


def test_computed_values_have_their_declared_types() -> None:
    state = answer("eks/cluster:Cluster", vpcConfig={"subnetIds": ["a"]})[1]
    assert state["identities"][0]["oidcs"][0]["issuer"].startswith("https://oidc.eks.eu-west-1.amazonaws.com/id/")
    assert state["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert state["vpcConfig"]["subnetIds"] == ["a"]


def test_a_zone_has_four_servers_below_four_domains() -> None:
    state = answer("route53/zone:Zone", name="example.com")[1]
    servers = state["nameServers"]
    assert [server.split(".", 2)[2] for server in servers] == ["com", "net", "org", "co.uk"]
    assert len({server.split(".")[0] for server in servers}) == 4


def test_other_names_get_other_ids_and_the_same_name_the_same() -> None:
    def ident(name: str) -> str:
        return outputs("aws:ec2/vpc:Vpc", name, {}, "eu-west-1")[0]

    assert ident("a") == ident("a")
    assert ident("a") != ident("b")


def test_kubernetes_answers_the_object_itself() -> None:
    inputs = {"metadata": {"name": "web", "namespace": "app"}, "spec": {"replicas": 2}}
    identifier, state = outputs("kubernetes:apps/v1:Deployment", "web", inputs, "eu-west-1")
    assert (identifier, state) == ("app/web", inputs)


def test_the_caller_is_known_and_other_calls_are_refused() -> None:
    assert invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, "eu-west-1")["accountId"] == ACCOUNT
    with pytest.raises(LookupError, match="no answer to aws:ec2/getAmi:getAmi"):
        invoke("aws:ec2/getAmi:getAmi", {}, "eu-west-1")


def test_a_type_that_holds_itself_ends() -> None:
    """A rule of WAF may hold rules, which hold rules."""
    _, state = answer("wafv2/webAcl:WebAcl", scope="REGIONAL")
    assert state["arn"].startswith("arn:aws:wafv2:")


def test_manifests_are_decoded_as_they_stand() -> None:
    found = look_up("kubernetes:yaml:decode", {"text": "kind: A\n---\n---\nkind: B\n"}, "eu-west-1")
    assert (found.values, found.invented) == ({"result": [{"kind": "A"}, {"kind": "B"}]}, False)
    with pytest.raises(ValueError, match="a manifest is no YAML"):
        look_up("kubernetes:yaml:decode", {"text": "a: ["}, "eu-west-1")


@pytest.mark.parametrize(
    ("token", "inputs", "key", "ends"),
    [
        ("rds/instance:Instance", {"engine": "postgres"}, "endpoint", ".eu-west-1.rds.amazonaws.com:5432"),
        ("rds/instance:Instance", {"engine": "mysql", "port": 3307}, "endpoint", ".rds.amazonaws.com:3307"),
        ("rds/instance:Instance", {"engine": "postgres"}, "address", ".eu-west-1.rds.amazonaws.com"),
        ("rds/cluster:Cluster", {"engine": "aurora-mysql"}, "readerEndpoint", ".eu-west-1.rds.amazonaws.com"),
        ("redshift/cluster:Cluster", {}, "endpoint", ".eu-west-1.redshift.amazonaws.com:5439"),
        ("elasticache/cluster:Cluster", {"engine": "memcached"}, "configurationEndpoint",
         ".euw1.cache.amazonaws.com:11211"),
        ("msk/cluster:Cluster", {}, "bootstrapBrokersTls", ".kafka.eu-west-1.amazonaws.com:9094"),
        ("opensearch/domain:Domain", {"vpcOptions": {}}, "endpoint", ".eu-west-1.es.amazonaws.com"),
        ("apigateway/stage:Stage", {"restApi": "a1", "stageName": "v1"}, "invokeUrl",
         "https://a1.execute-api.eu-west-1.amazonaws.com/v1"),
        ("apigatewayv2/stage:Stage", {"apiId": "a1", "name": "$default"}, "invokeUrl",
         "https://a1.execute-api.eu-west-1.amazonaws.com/"),
        ("efs/fileSystem:FileSystem", {}, "dnsName", ".efs.eu-west-1.amazonaws.com"),
        ("sqs/queue:Queue", {"name": "jobs"}, "url", f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/jobs"),
        ("s3/bucket:Bucket", {"bucket": "b"}, "bucketRegionalDomainName", "b.s3.eu-west-1.amazonaws.com"),
        ("ec2/instance:Instance", {}, "privateDns", ".eu-west-1.compute.internal"),
    ],
)  # fmt: skip
def test_where_a_resource_is_found_has_the_form_that_its_provider_gives_it(
    token: str, inputs: dict[str, Any], key: str, ends: str
) -> None:
    said = answer(token, **inputs)[1][key]
    assert said.endswith(ends)
    assert ("://" in said) == ("://" in ends), "a scheme where the provider gives none"


def test_the_port_of_a_database_of_an_unknown_engine_is_unknown() -> None:
    state = answer("rds/instance:Instance", snapshotIdentifier="before")[1]
    assert state["port"] is UNKNOWN
    assert state["endpoint"] is UNKNOWN


def test_each_name_of_a_certificate_is_proven_by_a_record_of_its_own() -> None:
    names = {"domainName": "example.com", "subjectAlternativeNames": ["*.example.com", "example.org"]}
    options = answer("acm/certificate:Certificate", **names)[1]["domainValidationOptions"]
    assert [option["domainName"] for option in options] == ["example.com", "*.example.com", "example.org"]
    assert options[1]["resourceRecordName"].endswith(".example.com.")


def test_a_network_has_a_range_of_ipv6_only_where_it_asks_for_one() -> None:
    assert answer("ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")[1]["ipv6CidrBlock"] == ""
    assert answer("ec2/vpc:Vpc", assignGeneratedIpv6CidrBlock=True)[1]["ipv6CidrBlock"].endswith("00::/56")


@pytest.mark.parametrize(
    ("region", "code"),
    [("us-east-1", "use1"), ("ap-northeast-2", "apne2"), ("eu-central-1", "euc1"), ("local", "local"), ("", "")],
)
def test_a_cache_s_name_has_the_code_of_any_region_that_a_program_says(region: str, code: str) -> None:
    assert host_names._region_code(region) == code
