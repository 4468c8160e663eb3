"""The domain of a Cognito user pool's hosted sign-in pages."""

from collections.abc import Sequence
from typing import Self

import pulumi
import pulumi_aws as aws
from pydantic import model_validator

from components.account import Account
from components.component import Component
from components.edge.certificate import Certificate, ExistingCertificate
from components.edge.zone import AliasTarget
from components.security.user_pool import UserPool
from settings import DomainName, MisfitError, Problem, Settings
from settings.services.cognito import DomainPrefix


class UserPoolDomainSettings(Settings):
    """Either a prefix of Cognito's own domain, which nobody else in the region may have, or a custom domain name.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html
    """

    prefix: DomainPrefix | None = None
    """A label of Cognito's own domain, which nobody else in the region may have."""
    domain: DomainName | None = None
    """A custom domain name, in place of a prefix."""

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.prefix is None) == (self.domain is None):
            raise MisfitError(Problem("prefix", "give either prefix or domain: a pool signs users in at one address"))
        return self


class UserPoolDomain(Component):
    """Where the sign-in pages of ``user_pool`` and its OAuth endpoints are: ``base_url``.

    A custom domain name takes a ``certificate`` of us-east-1, and Cognito asks for an A record of the name above it, so
    what makes that record belongs in ``after``. ``alias_target`` is what the name has to stand for. Raises ValueError
    for a domain without a certificate, and for a certificate without a domain.
    """

    def __init__(
        self,
        name: str,
        settings: UserPoolDomainSettings,
        *,
        account: Account,
        user_pool: UserPool,
        certificate: Certificate | ExistingCertificate | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if (settings.domain is None) != (certificate is None):
            raise ValueError(f"{name}: a domain needs a certificate, and a certificate a domain")
        made = aws.cognito.UserPoolDomain(
            self.child("domain"),
            domain=settings.domain or settings.prefix or "",
            user_pool_id=user_pool.user_pool_id,
            certificate_arn=None if certificate is None else certificate.arn,
            managed_login_version=2,
            # No value of the record above reaches the domain.
            opts=self.child_options(depends_on=list(after)),
        )
        host = settings.domain or f"{settings.prefix}.auth.{account.region}.amazoncognito.com"
        # Known only once there are pages to be sent to.
        self.base_url = made.id.apply(lambda _: f"https://{host}")
        self.host = host
        self.alias_target = (
            None
            if settings.domain is None
            else AliasTarget(dns_name=made.cloudfront_distribution, zone_id=made.cloudfront_distribution_zone_id)
        )
        self.register_outputs({"baseUrl": self.base_url})
