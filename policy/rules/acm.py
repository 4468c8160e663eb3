"""Certificates of ACM."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
_LINK = "https://docs.aws.amazon.com/acm/latest/userguide/"


@rule(
    "acm-key-length",
    title="Certificates have keys that cannot be broken",
    severity=Severity.HIGH,
    types=[CERTIFICATE],
    frameworks={"FSBP": "ACM.2"},
    remedy="Set keyAlgorithm to RSA_2048 or more, or to an elliptic curve. It replaces the certificate.",
    link=_LINK + "acm-certificate-characteristics.html",
)
def key_length(certificate: Resource) -> Iterator[Finding]:
    """RSA keys of 1,024 bits are within reach of a well-funded attacker."""
    if certificate.has("keyAlgorithm", "RSA_1024"):
        yield Finding("has an RSA key of 1,024 bits", "keyAlgorithm")


@rule(
    "acm-dns-validation",
    title="Certificates are validated by DNS",
    severity=Severity.MEDIUM,
    types=[CERTIFICATE],
    frameworks={"Well-Architected": "SEC09-BP01"},
    remedy="Set validationMethod to DNS. It replaces the certificate.",
    link=_LINK + "dns-validation.html",
)
def dns_validation(certificate: Resource) -> Iterator[Finding]:
    """E-mail asks a person at every renewal; one who has left lets the certificate run out."""
    if certificate.has("validationMethod", "EMAIL"):
        yield Finding("waits for somebody to answer an e-mail", "validationMethod")


@stack_rule(
    "acm-validation-awaited",
    title="Certificates are validated before they are used",
    severity=Severity.LOW,
    types=[CERTIFICATE],
    frameworks={"Well-Architected": "SEC09-BP01"},
    remedy="Add a CertificateValidation and take its certificateArn where the certificate is used.",
    link=_LINK + "dns-validation.html",
    level=Level.ADVISORY,
)
def validation_awaited(certificate: Resource, graph: Graph) -> Iterator[Finding]:
    """A listener or distribution is refused while its certificate is pending; the next run fails at random."""
    waits = graph.companions(certificate, VALIDATION, by="certificateArn")
    if certificate.has("validationMethod", "DNS") and not waits and not graph.unresolved(VALIDATION, "certificateArn"):
        yield Finding("is used before it is known to be valid")


@rule(
    "acm-wildcard",
    title="Certificates name the hosts they are for",
    severity=Severity.LOW,
    types=[CERTIFICATE],
    frameworks={"Checkov": "CKV2_AWS_71"},
    remedy="List the names in use in subjectAlternativeNames.",
    link=_LINK + "acm-certificate-characteristics.html",
    level=Level.ADVISORY,
)
def wildcard(certificate: Resource) -> Iterator[Finding]:
    """With a wildcard, whoever takes over one forgotten host can speak for every other."""
    for path in ("domainName", "subjectAlternativeNames"):
        names = [name for name in certificate.list(path) if isinstance(name, str) and name.startswith("*.")]
        if names:
            yield Finding(f"is for {', '.join(names)}", path)
