"""The recovery stack of the collaboration platform: what its home has for serving, in another region.

Home's distribution ─► ``origin.`` and ``sockets.<domain>`` ─► this region, once it is promoted ─► copies of the stores

State, secrets, files and images are copies that the home makes here, the files read by its distribution. Redis is empty
at first: what it holds is put together again from the state.
"""

from typing import Any

import pulumi

from components.account import Account
from components.data.table import Table
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.load_balancer import cloudfront_prefix_list_id
from components.edge.origin_secret import ExistingOriginHeader
from components.edge.zone import Zone, ZoneSettings
from components.network.network import Network
from components.operations.cost_anomaly import PUBLISHER
from components.security.operator_role import OperatorRole
from settings.recovery import RecoveryStackSettings
from systems.collaboration.application import make_application
from systems.collaboration.contract import Contract
from systems.collaboration.data import follow_data
from systems.collaboration.operations import watch
from systems.collaboration.parameters import IMAGE, JWT_SECRET
from systems.collaboration.parts import Application, Data, Edge, Sockets
from systems.collaboration.settings import SystemSettings
from systems.collaboration.sockets import make_sockets
from systems.copies import copy_images, goes_first, take_over
from systems.foundation import Stack, make_keys
from systems.recovery_region import SecondRegion
from systems.recovery_stack import contract_outputs, read_home


def recovery_outputs(
    stack: Stack[SystemSettings], *, data: Data, edge: Edge, elsewhere: SecondRegion
) -> dict[str, Any]:
    """The outputs that a home stack passes to its recovery stack; images are replicated to its region as well."""
    if edge.zone is None or not isinstance(data.state, Table):
        raise ValueError("a stack that is copied has a zone and a table of its own")
    if stack.settings.copies is not None:
        copy_images(
            stack.settings.copies, stack.account, f"{stack.settings.prefix(stack.account.environment)}-collaboration"
        )
    named = {JWT_SECRET: data.signing_key, **data.secrets}
    secrets: pulumi.Output[dict[str, str]] = pulumi.Output.all(**{name: each.arn for name, each in named.items()})
    return contract_outputs(
        Contract(
            zone_id=edge.zone.zone_id,
            copies_key_arn=elsewhere.key.arn,
            copied_secrets_key_arn=elsewhere.secrets_key.arn,
            stream_arn=data.state.replica_stream_arn,
            secret_arns=secrets,
            origin_headers=pulumi.Output.all(*edge.origin_secret.accepted),
        )
    )


def stand_by(settings: SystemSettings, recovery: RecoveryStackSettings, account: Account) -> dict[str, Any]:
    """Builds the recovery stack, standing by or promoted, and returns its outputs by name."""
    promoted = recovery.promoted
    home = read_home(recovery, Contract)
    cloudfront = cloudfront_prefix_list_id()
    keys = make_keys(
        "collaboration", account, also_notices=[PUBLISHER], data_users=settings.backup.key_users, edge=False
    )
    stack = Stack(settings, account, keys)
    network = Network("network", settings.network, account=account, key=keys.logs)
    data = follow_data(stack, network=network, home=home, promoted=promoted)
    zone, certificate = _names(settings, account, home)
    application = make_application(
        stack,
        network=network,
        data=data,
        certificate=certificate,
        origin_secret=ExistingOriginHeader(home.origin_headers),
        cloudfront=cloudfront,
        promoted=promoted,
    )
    sockets = make_sockets(stack, network=network, data=data, certificate=certificate, stands_by=not promoted)
    _lead(stack, recovery=recovery, zone=zone, application=application, sockets=sockets)
    operators = OperatorRole("operators", account=account)
    watch(stack, data=data, application=application, sockets=sockets, operators=operators, promoted=promoted)
    operators.may(data.operate, application.operate, sockets.operate)
    return {
        "operatorsRoleArn": operators.arn,
        "service": application.service.running,
        "loadBalancer": application.balancer.dns_name,
        "registry": application.registry.repository_url(IMAGE),
        "stateTable": data.state.table_name,
        "redisEndpoint": data.cache.endpoint,
        "webSocketApiId": sockets.api.api_id,
    }


def _names(settings: SystemSettings, account: Account, home: Contract) -> tuple[Zone, Certificate]:
    """The home's zone, and a certificate for the names in it by which the distribution calls either region."""
    if settings.domain_name is None or settings.sockets_domain is None:
        raise ValueError("a recovery stack stands by under its home's name")
    zone = Zone("zone", ZoneSettings(domain=settings.domain_name), account=account, home_zone_id=home.zone_id)
    certificate = Certificate(
        f"certificate-{account.region}",
        CertificateSettings(domain=settings.origin, alternatives=(settings.sockets_domain,)),
        zone=zone,
        region=account.region,
    )
    return zone, certificate


def _lead(
    stack: Stack[SystemSettings],
    *,
    recovery: RecoveryStackSettings,
    zone: Zone,
    application: Application,
    sockets: Sockets,
) -> None:
    """Has the names lead here once the stack is promoted and its servers answer."""
    target = sockets.api.alias_target
    if stack.settings.domain_name is None or stack.settings.sockets_domain is None or target is None:
        raise ValueError("a recovery stack stands by under its home's name")
    here = goes_first(stack.settings.domain_name, recovery, stack.account)
    take_over(
        domain=stack.settings.domain_name,
        recovery=recovery,
        zone=zone,
        account=stack.account,
        after=[application.service],
    )
    here.lead(zone, stack.settings.origin, application.balancer.alias_target)
    here.lead(zone, stack.settings.sockets_domain, target)
