"""The kit that judges promotions finds what each must not touch, and lets the rest be."""

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest

from tests.promotion import forbidden
from tests.support import record

HERE = "us-west-2"


def instance(source: str | None, username: str | None = None, size: str = "db.t4g.small") -> None:
    aws.rds.Instance(
        "database",
        identifier="copy",
        username=username,
        instance_class=size,
        replicate_source_db=source,
        opts=pulumi.ResourceOptions(protect=True),
    )


def judged(standby: Callable[[], object], promoted: Callable[[], object]) -> list[str]:
    return forbidden(*(record(program, region=HERE) for program in (standby, promoted)))


def test_a_copy_that_is_promoted_and_what_is_added_here_are_let_be() -> None:
    def promoted() -> None:
        instance(None, size="db.r5.large")
        aws.sns.Topic("more")

    assert judged(lambda: instance("arn:aws:rds:us-east-1:1:db:home"), promoted) == []


@pytest.mark.parametrize(
    ("touched", "line"),
    [
        (
            lambda: aws.iam.Role("x", assume_role_policy="{}"),
            "test: x: is added by promotion: aws:iam/role:Role is controlled from us-east-1",
        ),
        (
            lambda: aws.route53.Record("x", zone_id="Z", name="a.b", type="TXT", ttl=60, records=["x"]),
            "test: x: is added by promotion: aws:route53/record:Record is controlled from us-east-1",
        ),
        (
            lambda: aws.acm.Certificate("x", domain_name="a.example.com"),
            "test: x: is added by promotion: aws:acm/certificate:Certificate is controlled from us-east-1",
        ),
        (
            lambda: aws.wafv2.WebAcl(
                "x",
                scope="CLOUDFRONT",
                default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
                visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
                    cloudwatch_metrics_enabled=True, metric_name="x", sampled_requests_enabled=True
                ),
            ),
            "test: x: is added by promotion: aws:wafv2/webAcl:WebAcl is controlled from us-east-1",
        ),
        (lambda: aws.sns.Topic("x", region="us-east-1"), "test: x: is added by promotion: it lies in us-east-1"),
    ],
)
def test_what_us_east_1_controls_is_found(touched: Callable[[], object], line: str) -> None:
    def promoted() -> None:
        instance(None)
        touched()

    assert judged(lambda: instance("arn:aws:rds:us-east-1:1:db:home"), promoted) == [line]


def test_what_a_recovery_stack_has_in_the_region_that_may_be_gone_is_found_though_no_promotion_touches_it() -> None:
    def program(source: str | None) -> None:
        instance(source)
        aws.kms.Key("copies", region="us-east-1")

    found = judged(lambda: program("arn:aws:rds:us-east-1:1:db:home"), lambda: program(None))
    assert found == ["test: copies: stands in us-east-1, promoted or not"]


def test_what_is_replaced_or_gone_is_found() -> None:
    def standby() -> None:
        instance("arn:aws:rds:us-east-1:1:db:home")
        aws.sns.Topic("less")

    assert judged(standby, lambda: instance(None, username="another")) == [
        "test: database: is replaced by promotion: aws:rds/instance:Instance is no longer what stood by, and protected",
        "test: less: is removed by promotion: aws:sns/topic:Topic is no longer what stood by",
    ]
