from policy.model import UNKNOWN
from policy.rules import acm
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

CERTIFICATE = resource(
    acm.CERTIFICATE,
    "edge",
    domainName="example.com",
    subjectAlternativeNames=["www.example.com"],
    validationMethod="DNS",
    keyAlgorithm="RSA_2048",
)
VALIDATION = resource(acm.VALIDATION, "valid", refers={"certificateArn": CERTIFICATE}, certificateArn=UNKNOWN)
CASES = [
    Case("acm-key-length", [CERTIFICATE], [Set("keyAlgorithm", "RSA_1024")]),
    Case("acm-dns-validation", [CERTIFICATE], [Set("validationMethod", "EMAIL")]),
    Case("acm-validation-awaited", [CERTIFICATE, VALIDATION], [Without("valid", "certificateArn")]),
    Case(
        "acm-wildcard",
        [CERTIFICATE],
        [Set("domainName", "*.example.com"), Set("subjectAlternativeNames", ["www.example.com", "*.example.com"])],
    ),
]


def test_imported_certificates_wait_for_nothing() -> None:
    imported = resource(acm.CERTIFICATE, "imported", certificateBody="body", privateKey=UNKNOWN)
    for case in CASES:
        assert check(case.rule, imported) == []
