"""An SES domain identity with DKIM and a configuration set, in one region or more."""

from collections.abc import Sequence
from typing import Literal, Self

import pulumi
import pulumi_aws as aws
from pydantic import model_validator

from components.account import Account
from components.component import Component
from components.edge.zone import Zone
from components.operations.copy_region import RecoveryRegion
from components.statements import Grant, Statement, sid
from settings import DomainName, Settings
from settings import Email as EmailAddress

_DKIM_TOKENS = 3
"""How many keys Easy DKIM publishes:
https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html"""

_EVENTS = ("SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE", "DELIVERY_DELAY")


class EmailSettings(Settings):
    """The domain, the one address that mail comes from, and the regions to send from when the home region cannot.

    ``dmarc`` is what receivers do with mail in the domain's name that is signed by nobody; ``reject`` is right once
    every sender of the domain signs: https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dmarc.html
    """

    domain: DomainName
    sender: EmailAddress
    fallback_regions: tuple[RecoveryRegion, ...] = ("us-west-2",)
    dmarc: Literal["none", "quarantine", "reject"] = "quarantine"

    @model_validator(mode="after")
    def _own_sender(self) -> Self:
        if self.sender.rsplit("@", 1)[-1] != self.domain:
            raise ValueError(f"sender {self.sender} is not an address of {self.domain}")
        return self


class Email(Component):
    """SES identities of one domain, each with Easy DKIM, its own MAIL FROM domain and a configuration set.

    Mail goes out over TLS or not at all, bounced and complaining addresses are not written to again, and deliveries,
    bounces and complaints are counted in CloudWatch by configuration set. All records stand in ``zone``; the domain's
    own SPF record is left to whoever else sends in its name, since SES is checked at the MAIL FROM domain:
    https://docs.aws.amazon.com/ses/latest/dg/mail-from.html

    Whoever is granted ``send`` sends as ``sender`` and as nobody else. A new account sends to verified addresses only,
    in each region, until AWS has lifted the sandbox on request. Raises ValueError when the domain is not in the zone
    and when a fallback region is the home region.
    """

    def __init__(
        self,
        name: str,
        settings: EmailSettings,
        *,
        account: Account,
        zone: Zone,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if account.region in settings.fallback_regions:
            raise ValueError(f"{name}: fallbackRegions holds the home region {account.region}")
        self._settings = settings
        self._account = account
        self._zone = zone
        self.sender: str = settings.sender
        self._proofs: dict[str, list[aws.route53.Record]] = {}
        self._verified: pulumi.Output[str] | None = None
        self.regions = (account.region, *settings.fallback_regions)
        self.configuration_sets = {region: self._identity(region) for region in self.regions}
        zone.record("dmarc", f"_dmarc.{settings.domain}", "TXT", f"v=DMARC1; p={settings.dmarc}; adkim=r; aspf=r")
        self.register_outputs({"configurationSets": self.configuration_sets})

    @property
    def send(self) -> Grant:
        """Lets a role send as the one sender, and ask how much it may still send, which takes no resource."""
        account = self._account
        sets = [
            configuration_set.apply(lambda found, region=region: _set_arn(account, region, found))
            for region, configuration_set in self.configuration_sets.items()
        ]
        return sending(self.name, self._settings, account, self.regions, sets)

    @property
    def operate(self) -> Grant:
        """Lets a role read sending statistics, and remove addresses from the suppression list."""
        return operating(self.name)

    def verified_identity(self) -> pulumi.Output[str]:
        """The ARN of the home region's identity, known once SES has found the keys in the zone.

        For services that refuse an identity which is not verified yet; it takes as long as the zone's delegation does.
        """
        if self._verified is None:
            home, domain = self._account.region, self._settings.domain
            verified = aws.ses.DomainIdentityVerification(
                self.child("verified", home),
                domain=domain,
                region=home,
                # It asks SES until the records have been found; no value of theirs says that they stand.
                opts=self.child_options(depends_on=self._proofs[home]),
            )
            arn = self._account.arn("ses", f"identity/{domain}")
            self._verified = verified.id.apply(lambda _: arn)
        return self._verified

    def _identity(self, region: str) -> pulumi.Output[str]:
        configuration_set = self._configuration_set(region)
        domain = self._settings.domain
        identity = aws.sesv2.EmailIdentity(
            self.child("identity", region),
            email_identity=domain,
            configuration_set_name=configuration_set.configuration_set_name,
            region=region,
            opts=self.child_options(),
        )
        self._proofs[region] = [self._prove(identity, region, place) for place in range(_DKIM_TOKENS)]
        self._mail_from(identity, region)
        return configuration_set.configuration_set_name

    def _prove(self, identity: aws.sesv2.EmailIdentity, region: str, place: int) -> aws.route53.Record:
        token = identity.dkim_signing_attributes.apply(lambda signing: token_at(signing.tokens or [], place))
        return self._zone.record(
            f"dkim-{region}-{place + 1}",
            pulumi.Output.concat(token, f"._domainkey.{self._settings.domain}"),
            "CNAME",
            pulumi.Output.concat(token, ".dkim.amazonses.com"),
        )

    def _mail_from(self, identity: aws.sesv2.EmailIdentity, region: str) -> None:
        """Bounces come back to a name of ours; each region takes a name of its own, since it may have one MX only."""
        bounces = f"mail-{region}.{self._settings.domain}"
        aws.sesv2.EmailIdentityMailFromAttributes(
            self.child("mail-from", region),
            email_identity=identity.email_identity,
            mail_from_domain=bounces,
            behavior_on_mx_failure="USE_DEFAULT_VALUE",
            region=region,
            opts=self.child_options(),
        )
        self._zone.record(f"mail-from-{region}", bounces, "MX", f"10 feedback-smtp.{region}.amazonses.com")
        self._zone.record(f"mail-from-{region}", bounces, "TXT", "v=spf1 include:amazonses.com -all")

    def _configuration_set(self, region: str) -> aws.sesv2.ConfigurationSet:
        dimension = (
            aws.sesv2.ConfigurationSetEventDestinationEventDestinationCloudWatchDestinationDimensionConfigurationArgs
        )
        made = aws.sesv2.ConfigurationSet(
            self.child("set", region),
            configuration_set_name=configuration_set_name(self._settings.domain),
            delivery_options=aws.sesv2.ConfigurationSetDeliveryOptionsArgs(tls_policy="REQUIRE"),
            reputation_options=aws.sesv2.ConfigurationSetReputationOptionsArgs(reputation_metrics_enabled=True),
            suppression_options=aws.sesv2.ConfigurationSetSuppressionOptionsArgs(
                suppressed_reasons=["BOUNCE", "COMPLAINT"]
            ),
            region=region,
            opts=self.child_options(),
        )
        aws.sesv2.ConfigurationSetEventDestination(
            self.child("events", region),
            configuration_set_name=made.configuration_set_name,
            event_destination_name="metrics",
            event_destination=aws.sesv2.ConfigurationSetEventDestinationEventDestinationArgs(
                enabled=True,
                matching_event_types=list(_EVENTS),
                cloud_watch_destination=(
                    aws.sesv2.ConfigurationSetEventDestinationEventDestinationCloudWatchDestinationArgs(
                        dimension_configurations=[
                            dimension(
                                dimension_name="ses:configuration-set",
                                dimension_value_source="MESSAGE_TAG",
                                default_dimension_value="none",
                            )
                        ]
                    )
                ),
            ),
            region=region,
            opts=self.child_options(),
        )
        return made


def configuration_set_name(domain: str) -> str:
    """The name of the configuration set for mail of ``domain``, the same in each region."""
    # SES wants a name; the domain's keeps stacks of one account apart.
    return domain.replace(".", "-")


def operating(name: str) -> Grant:
    """Lets a role read sending statistics, and remove addresses from the suppression list.

    The suppression list and its switch are the account's in each region, so that none of this takes a resource.
    """
    actions = ["GetAccount", "GetSuppressedDestination", "DeleteSuppressedDestination"]
    return Statement(sid("Operate", name), [f"ses:{action}" for action in actions], ["*"])


def sending(
    name: str,
    settings: EmailSettings,
    account: Account,
    regions: Sequence[str],
    sets: Sequence[pulumi.Input[str]] | None = None,
) -> Grant:
    """Lets a role send as the one sender by the identities of these regions, and ask how much it may still send.

    Without ``sets`` the configuration sets are those that another stack made of the same domain.
    """
    identities = [account.arn("ses", f"identity/{settings.domain}", region=region) for region in regions]
    if sets is None:
        sets = [_set_arn(account, region, configuration_set_name(settings.domain)) for region in regions]
    return Grant(
        Statement(
            sid("Send", name),
            ["ses:SendEmail", "ses:SendRawEmail"],
            [*identities, *sets],
            {"StringEquals": {"ses:FromAddress": settings.sender}},
        ),
        Statement(sid("Quota", name), ["ses:GetSendQuota", "ses:GetSendStatistics"], ["*"]),
    )


def token_at(tokens: Sequence[str], place: int) -> str:
    """The token at ``place``; only a rehearsal without AWS gives fewer than three, and there any one will do."""
    return tokens[place % len(tokens)]


def _set_arn(account: Account, region: str, configuration_set: str) -> str:
    return account.arn("ses", f"configuration-set/{configuration_set}", region=region)
