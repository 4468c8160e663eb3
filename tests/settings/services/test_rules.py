"""What services take and refuse, one value each side of a rule."""

import inspect
import pkgutil
from importlib import import_module
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from settings import services
from settings.errors import MisfitError, Problem, refuse
from settings.form import Form
from settings.services import (
    acm,
    bedrock,
    cognito,
    containers,
    delivery,
    dns,
    ec2,
    edge,
    eks,
    elasticache,
    functions,
    kubernetes,
    msk,
    opensearch,
    operations,
    rds,
    s3,
    secrets,
    tags,
    windows,
)

ZONE = "arn:aws:acm:{}:123456789012:certificate/12345678-1234-1234-1234-123456789012"
IMAGE = "123456789012.dkr.ecr.us-east-{}.amazonaws.com/{}"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:a:3"
KEY = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        (rds.MasterUser, "postgres", "user"),
        (rds.MasterUser, "grants", "grant"),
        (rds.MasterUser, "a" * 63, "a" * 64),
        (rds.MasterUser, "rds_user", "rdsadmin"),
        (rds.MasterUser, "pgadmin", "pg_admin"),
        (rds.MasterUser, "dbadmin", "admin"),
        (rds.DatabaseName, "postgres", "template1"),
        (rds.DatabaseName, "Tables", "Table"),
        (rds.EngineVersion, "18", "18.1"),
        (elasticache.GroupId, "a" * 32, "a" * 33),
        (opensearch.DomainName, "abc", "ab"),
        (opensearch.DomainName, "a" * 28, "a" * 29),
        (opensearch.EngineVersion, "OpenSearch_3.1", "OpenSearch_2.17"),
        (msk.TopicName, "_records", "__consumer_offsets"),
        (msk.Version, "4.1.x.kraft", "4.1.x"),
        (kubernetes.Namespace, "kubeflow", "kube-system"),
        (kubernetes.Namespace, "defaults", "default"),
        (kubernetes.LabelKey, "example.com/tier", "example.com/"),
        (kubernetes.LabelValue, "", "-a"),
        (kubernetes.LabelValue, "a" * 63, "a" * 64),
        (kubernetes.Path, "/tmp/a.b", "/tmp/.."),
        (kubernetes.SecretKeyName, "..a", ".."),
        (kubernetes.Cpu, "1.5", "1.5000"),
        (kubernetes.Memory, "2Gi", "2G"),
        (kubernetes.UserId, 2**31 - 1, 2**31),
        (eks.NodeLabelKey, "example.com/tier", "kubernetes.io/tier"),
        (eks.NodeLabelKey, "k8s.io.example.com/tier", "node.k8s.io/tier"),
        (eks.NodeLabelKey, "a" * 63, f"example.com/{'a' * 60}"),
        (eks.NodeLabelValue, "a", ""),
        (eks.TaintKey, "node.cilium.io/agent", "a b"),
        (s3.BucketName, "sthree", "sthree-a"),
        (s3.BucketName, "amzn-s3", "amzn-s3-demo-a"),
        (s3.BucketName, "a" * 35, "a" * 36),
        (s3.Origin, "https://*.example.com", "https://*.*.example.com"),
        (s3.HeaderName, "x-amz-*", "x-*-*"),
        (s3.Days, 2**31 - 1, 2**31),
        (cognito.DomainPrefix, "readers", "my-aws-readers"),
        (cognito.ReturnAddress, "app://back", "https://example.com/#here"),
        (cognito.ReturnAddress, f"https://e.com/{'a' * 1000}", f"https://e.com/{'a' * 1020}"),
        (dns.DomainName, "xn--bcher-kva.example", "bücher.example"),
        (dns.DomainName, "example.xn--p1ai", "example.com."),
        (dns.DomainName, "a.example.com", "A.example.com"),
        (dns.DomainName, f"{'a' * 63}.com", f"{'a' * 64}.com"),
        (dns.Email, "a.b+c@example.com", "a..b@example.com"),
        (dns.Email, "a@example.com", "a@-example.com"),
        (dns.Email, f"{'a' * 64}@example.com", f"{'a' * 65}@example.com"),
        (dns.ZoneId, "Z0123456789", "/hostedzone/Z0123456789"),
        (ec2.Cidr, "10.1.0.0/28", "10.1.0.0/29"),
        (ec2.Cidr, "10.1.0.0/16", "10.1.0.1/16"),
        (ec2.Cidr, "169.253.0.0/16", "169.254.0.0/16"),
        (ec2.Cidr, "10.0.0.0/16", "10.0.0.0/255.255.0.0"),
        (ec2.VpcId, "vpc-0a1b2c3d", "vpc-0a1b2c3"),
        (ec2.ApiClient, "100.64.0.0/10", "8.8.8.0/24"),
        (ec2.ApiClient, "sg-0a1b2c3d", "sg-0a1b2c3d4"),
        (acm.CertificateArn, ZONE.format("eu-west-1"), ZONE.format("eu-west-9")),
        (acm.CertifiedDomain, f"{'a' * 50}.com", f"{'a' * 51}.com"),
        (acm.Wildcard, "*.example.com", "*.*.com"),
        (functions.LayerArn, LAYER, LAYER.removesuffix(":3")),
        (containers.ImageTag, "1.4.2", "latest"),
        (containers.ImageTag, f"sha256:{'a' * 64}", "a/b"),
        (containers.ImageUri, IMAGE.format("1", "a:1"), IMAGE.format("9", "a:1")),
        (containers.ImageUri, IMAGE.format("1", "a_b:1"), IMAGE.format("1", "a:latest")),
        (delivery.Branch, "feature/a.b", "feature/../b"),
        (delivery.Branch, "a-b", "-b"),
        (delivery.Repository, "example/strata", "example-/strata"),
        (operations.LogGroupName, "/aws/eks/a", "aws/eks/a"),
        (edge.PublicKey, get_args(edge.PublicKey)[1].example, KEY.format("AAAA")),
        (edge.AclName, "a" * 128, "a" * 129),
        (secrets.Purpose, "Keys", " "),
        (tags.TagKey, "aws", "aws:a"),
        (tags.TagKey, "a" * 128, "a" * 129),
        (tags.TagValue, "", "a,b"),
        (bedrock.ModelId, "us.amazon.nova-lite-v1:0", "nova"),
        (windows.Clock, "23:59", "24:00"),
        (windows.TimeZone, "Europe/Berlin", "Europe/Berlim"),
        (windows.WeeklyHour, "sun:04:00-sun:05:00", "sun:04:00-sun:04:30"),
        (windows.WeeklyWindow, "sun:04:00-sun:04:30", "Sun:04:00-Sun:05:00"),
    ],
)  # fmt: skip
def test_one_side_is_taken_and_the_other_refused(kind: Any, taken: Any, refused: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    assert adapter.validate_python(taken, strict=True) == taken
    with pytest.raises(ValidationError):
        adapter.validate_python(refused, strict=True)


def every_form() -> list[tuple[str, Form]]:
    found = []
    for module in pkgutil.iter_modules(services.__path__):
        for name, kind in inspect.getmembers(import_module(f"settings.services.{module.name}")):
            found += [(f"{module.name}.{name}", kind, each) for each in get_args(kind) if isinstance(each, Form)]
    return [(name, form) for name, kind, form in found if TypeAdapter(kind).validate_python(form.example) is not None]


def test_every_form_takes_its_own_example() -> None:
    forms = every_form()
    assert len(forms) > 60
    assert [name for name, form in forms if form.taken(form.example) != form.example] == []


def test_a_zone_that_was_meant_is_told() -> None:
    with pytest.raises(ValidationError, match=r"there is no time zone 'Europe/Berlim'; did you mean Europe/Berlin\?"):
        TypeAdapter(windows.TimeZone).validate_python("Europe/Berlim")


def test_what_holds_between_two_values_of_opensearch() -> None:
    assert opensearch.volume_problem("t3.small.search", 100) is None
    assert opensearch.volume_problem("t3.small.search", 101) == "101 is above 100, the largest of t3.small.search"
    assert opensearch.volume_problem("r6g.large.search", 2048) is None
    assert opensearch.master_problem("t3.medium.search", 10) is None
    assert opensearch.master_problem("t3.medium.search", 11) is not None
    assert opensearch.master_problem(None, 80) is None


def test_several_problems_are_refused_together() -> None:
    one, other = Problem("a", "is wrong"), Problem("b.c", "is wrong too")
    with pytest.raises(MisfitError) as caught:
        refuse({one: True, Problem("d", "is right"): False}, [None, other])
    assert caught.value.problems == (one, other)
    refuse({other: False}, [None])
