"""The recovery stack of the MDReader system: what its home has for serving, in another region.

``api.``, ``websocket.`` and ``events.<domain>`` ─► this region, once it is promoted ─► copies of the stores

Database, secrets, attachments and images are copies; pages and attachments are read by the home's distributions, here
where the home's buckets do not answer. Users sign in at the home's pool, and at no other: see
docs/decisions/0045-which-region-answers.md for what that leaves of a sign-in. Redis is empty at first.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.account import Account
from components.edge.cdn import Cdn
from components.edge.email import EmailSettings, configuration_set_name, operating, sending
from components.edge.firewall import Firewall
from components.edge.zone import Zone, ZoneSettings
from components.network.network import Network
from components.operations.cost_anomaly import PUBLISHER
from components.operations.tracing import Tracing
from components.security.operator_role import OperatorRole
from settings import Problem, SettingsError
from settings.recovery import RecoveryStackSettings
from systems.copies import copy_images, goes_first, take_over
from systems.foundation import Stack, make_keys
from systems.mdreader.api import make_api
from systems.mdreader.contract import Contract
from systems.mdreader.data import follow_data
from systems.mdreader.parts import HOCUSPOCUS, Data, Mail, Names, SignIn, Users
from systems.mdreader.realtime import make_realtime
from systems.mdreader.recovery_operations import watch
from systems.mdreader.settings import SystemSettings
from systems.recovery_region import SecondRegion
from systems.recovery_stack import contract_outputs, read_home


def recovery_outputs(
    stack: Stack[SystemSettings], *, data: Data, users: Users, files: Cdn, names: Names, elsewhere: SecondRegion
) -> dict[str, Any]:
    """The outputs that a home stack passes to its recovery stack; images are replicated to its region as well."""
    if stack.settings.copies is not None:
        copy_images(stack.settings.copies, stack.account, stack.settings.registry)
    return contract_outputs(
        Contract(
            zone_id=names.zone.zone_id,
            database_arn=data.database.arn,
            copies_key_arn=elsewhere.key.arn,
            copied_secrets_key_arn=elsewhere.secrets_key.arn,
            file_signing_key_arn=data.file_signing_key.arn,
            signer_ids=pulumi.Output.all(**files.signer_ids),
            user_pool_id=users.pool.user_pool_id,
            user_pool_arn=users.pool.arn,
            issuer=users.pool.issuer,
            client_id=users.client.client_id,
        )
    )


def stand_by(settings: SystemSettings, recovery: RecoveryStackSettings, account: Account) -> dict[str, Any]:
    """Builds the recovery stack, standing by or promoted, and returns its outputs by name."""
    promoted = recovery.promoted
    home = read_home(recovery, Contract)
    keys = make_keys("mdreader", account, also_notices=(PUBLISHER,), data_users=settings.backup.key_users, edge=False)
    stack = Stack(settings, account, keys)
    network = Network("mdreader-vpc", settings.network, account=account, key=keys.logs)
    data, instance = follow_data(stack, network=network, home=home, promoted=promoted)
    zone = Zone("zone", ZoneSettings(domain=settings.domain), account=account, home_zone_id=home.zone_id)
    names = Names(zone, settings.domain, goes_first(settings.domain, recovery, account))
    sign_in, mail = _signed_in(settings, home), _mail(settings, account)
    tracing = Tracing("tracing", settings.tracing) if settings.tracing else None
    api = make_api(stack, network=network, data=data, sign_in=sign_in, names=names, mail=mail, promoted=promoted)
    realtime = make_realtime(
        stack, network=network, data=data, sign_in=sign_in, names=names, tracing=tracing, promoted=promoted
    )
    firewall = Firewall("regional-firewall", settings.regional_firewall, account=account, log_key=keys.logs)
    firewall.protect("api", api.rest.stage_arn)
    firewall.protect("alb", realtime.balancer.arn)
    take_over(
        domain=settings.domain,
        recovery=recovery,
        zone=zone,
        account=account,
        after=[instance, realtime.service, api.functions["backend"]],
    )
    operators = OperatorRole("operators", account=account)
    watch(stack, data=data, api=api, realtime=realtime, operators=operators, promoted=promoted)
    operators.may(
        data.database.operate,
        data.cache.operate,
        data.secret.operate,
        realtime.operate,
        api.operate,
        operating("email"),
    )
    return {
        "operatorsRoleArn": operators.arn,
        "service": realtime.service.running,
        "databaseEndpoint": data.database.endpoint,
        "cacheEndpoint": data.cache.endpoint,
        "secretArn": data.secret.arn,
        "uploadsBucket": data.uploads.bucket_name,
        "registry": realtime.registry.repository_url(HOCUSPOCUS),
    }


def _signed_in(settings: SystemSettings, home: Contract) -> SignIn:
    signers = pulumi.Output.from_input(home.signer_ids)
    return SignIn(
        home.user_pool_id,
        home.user_pool_arn,
        home.issuer,
        home.client_id,
        signers.apply(lambda ids: signer_of(ids, settings.file_signer)),
    )


def signer_of(ids: Mapping[str, str], named: str) -> str:
    """The id that a signer has at home; one line where it has none there."""
    if named not in ids:
        said = f"{named} signs nothing at home, where {', '.join(sorted(ids)) or 'nobody'} does"
        # Reaches the user as its message alone, without a traceback.
        problem = Problem("settings.fileSigner", said)
        raise pulumi.RunError(str(SettingsError(f"Pulumi.{pulumi.get_stack()}.yaml", [problem])))
    return ids[named]


def _mail(settings: SystemSettings, account: Account) -> Mail:
    """By the identity that the home stack has in this region, of the same domain and sender."""
    named = EmailSettings(domain=settings.domain, sender=settings.sender, fallback_regions=())
    return Mail(
        settings.sender,
        configuration_set_name(settings.domain),
        sending("email", named, account, [account.region]),
    )
