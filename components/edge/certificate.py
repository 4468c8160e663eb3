"""An ACM certificate, validated by DNS."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.edge.zone import Zone
from settings import DomainName, Settings
from settings.services.acm import Wildcard
from settings.services.arns import region_of

CertificateName = DomainName | Wildcard
"""A domain name, or a wildcard for one label of it."""


class CertificateSettings(Settings):
    """The names on a certificate. CloudFront and load balancers take both kinds of key."""

    domain: DomainName
    alternatives: tuple[CertificateName, ...] = ()
    key_algorithm: Literal["RSA_2048", "EC_prime256v1"] = "RSA_2048"


class Certificate(Component):
    """A certificate of ACM, proved by records in ``zone`` and renewed for as long as they stand.

    ``region`` is where it can be used: us-east-1 for CloudFront, the load balancer's own region for a load balancer.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
    ``arn`` is only known once ACM has issued it, so that what uses the certificate waits. Raises ValueError for a name
    outside the zone.
    """

    def __init__(
        self,
        name: str,
        settings: CertificateSettings,
        *,
        zone: Zone,
        region: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        certificate = aws.acm.Certificate(
            self.child("certificate"),
            domain_name=settings.domain,
            subject_alternative_names=list(settings.alternatives) or None,
            validation_method="DNS",
            key_algorithm=settings.key_algorithm,
            region=region,
            opts=self.child_options(),
        )
        # A wildcard is proved by the same record as the name it hangs from.
        names = list(dict.fromkeys(bare(name) for name in (settings.domain, *settings.alternatives)))
        validated = aws.acm.CertificateValidation(
            self.child("validation"),
            certificate_arn=certificate.arn,
            validation_record_fqdns=[_prove(zone, certificate, domain, place) for place, domain in enumerate(names)],
            region=region,
            opts=self.child_options(),
        )
        self.arn = validated.certificate_arn
        self.register_outputs({"arn": self.arn})


@dataclass(frozen=True)
class ExistingCertificate:
    """A certificate that ACM has already, in the region where it is to be used."""

    arn: str

    @property
    def region(self) -> str:
        """Where it can be used."""
        return region_of(self.arn)


def bare(name: str) -> str:
    """A name without its wildcard."""
    return name.removeprefix("*.")


def option_for(
    options: Sequence[aws.acm.outputs.CertificateDomainValidationOption], domain: str, place: int
) -> aws.acm.outputs.CertificateDomainValidationOption:
    """The record that ACM asks for to prove ``domain``.

    ACM lists every name, in an order of its own. Only a rehearsal without AWS answers with other names; there, any
    option stands for the one at ``place``.
    """
    by_name = {bare(option.domain_name or ""): option for option in options}
    return by_name.get(domain, options[place % len(options)])


def _prove(zone: Zone, certificate: aws.acm.Certificate, domain: str, place: int) -> pulumi.Output[str]:
    option = certificate.domain_validation_options.apply(lambda options: option_for(options, domain, place))
    return zone.validation(
        domain,
        name=option.resource_record_name,
        kind=option.resource_record_type,
        value=option.resource_record_value,
    )
