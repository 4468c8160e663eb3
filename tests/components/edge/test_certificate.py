from dataclasses import dataclass

import pulumi_aws as aws
import pytest
from pydantic import TypeAdapter, ValidationError

from components.edge.certificate import (
    Certificate,
    CertificateSettings,
    ExistingCertificate,
    option_for,
)
from settings.services.acm import CertificateArn
from tests.components.edge.support import DOMAIN, zone
from tests.support import record, record_once, unequal_when_unknown

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"


@dataclass
class Option:
    domain_name: str


def certificates() -> None:
    shared = zone()
    edge = CertificateSettings(domain=DOMAIN, alternatives=(f"*.{DOMAIN}", f"origin.{DOMAIN}"))
    Certificate("edge", edge, zone=shared, region="us-east-1")
    Certificate("balancer", CertificateSettings(domain=f"origin.{DOMAIN}"), zone=shared, region="eu-west-1")


def test_a_certificate_lives_in_its_region_and_is_proved_by_dns() -> None:
    graph = record_once(certificates)
    edge = graph.only(CERTIFICATE, "edge-certificate")
    assert edge.inputs["domainName"] == DOMAIN
    assert edge.inputs["subjectAlternativeNames"] == [f"*.{DOMAIN}", f"origin.{DOMAIN}"]
    assert edge.inputs["validationMethod"] == "DNS"
    assert edge.inputs["keyAlgorithm"] == "RSA_2048"
    regions = {n.name: n.inputs["region"] for kind in (CERTIFICATE, VALIDATION) for n in graph.of_type(kind)}
    assert regions == {
        "edge-certificate": "us-east-1",
        "edge-validation": "us-east-1",
        "balancer-certificate": "eu-west-1",
        "balancer-validation": "eu-west-1",
    }


def test_each_domain_is_proved_by_one_record_that_certificates_share() -> None:
    graph = record_once(certificates)
    records = graph.of_type(RECORD)
    assert [n.name for n in records] == [f"zone-validation-{DOMAIN}", f"zone-validation-origin.{DOMAIN}"]
    proofs = {
        n.name: {graph[urn].name for urn in n.property_dependencies["validationRecordFqdns"]}
        & {r.name for r in records}
        for n in graph.of_type(VALIDATION)
    }
    assert proofs == {
        "edge-validation": {f"zone-validation-{DOMAIN}", f"zone-validation-origin.{DOMAIN}"},
        "balancer-validation": {f"zone-validation-origin.{DOMAIN}"},
    }
    assert len(graph.only(VALIDATION, "edge-validation").inputs["validationRecordFqdns"]) == 2


def test_the_record_of_a_domain_is_found_by_name_in_whatever_order_acm_lists_them() -> None:
    options = [Option(f"origin.{DOMAIN}"), Option(f"*.{DOMAIN}")]
    assert option_for(options, DOMAIN, 0) is options[1]  # ty: ignore[invalid-argument-type]  # a stand-in for the SDK's type
    assert option_for(options, f"origin.{DOMAIN}", 1) is options[0]  # ty: ignore[invalid-argument-type]  # the same


def test_users_of_a_certificate_wait_until_it_is_issued() -> None:
    def program() -> None:
        made = Certificate("edge", CertificateSettings(domain=DOMAIN), zone=zone(), region="us-east-1")
        aws.apigateway.DomainName("user", domain_name=DOMAIN, regional_certificate_arn=made.arn)

    graph = record(program)
    user = graph.only("aws:apigateway/domainName:DomainName")
    assert user.inputs["regionalCertificateArn"] == graph.only(CERTIFICATE).outputs["arn"]
    assert graph.only(VALIDATION).urn in user.property_dependencies["regionalCertificateArn"]


@pytest.mark.parametrize("name", ["*", "*.com.", "a.*.example.com", "UPPER.example.com"])
def test_names_that_cannot_be_on_a_certificate_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        CertificateSettings(domain=DOMAIN, alternatives=(name,))


def test_nothing_hangs_on_computed_outputs() -> None:
    assert unequal_when_unknown(certificates) == []


def test_an_existing_certificate_tells_where_it_can_be_used() -> None:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    assert TypeAdapter(CertificateArn).validate_python(arn) == arn
    assert ExistingCertificate(arn).region == "eu-west-1"
    with pytest.raises(ValidationError):
        TypeAdapter(CertificateArn).validate_python("arn:aws:acm:us-east-1:123456789:certificate/x")
