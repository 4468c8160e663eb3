"""How users reach the collaboration platform: names, certificates, and the distribution with its firewall."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.account import Account
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings, ExistingCertificate
from components.edge.firewall import Firewall
from components.edge.header_settings import NO_DEVICES, ContentSecurityPolicy, HeaderSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import BucketOrigin, HttpsOrigin, Origin
from components.edge.zone import Zone, ZoneSettings
from components.operations.metric import EDGE_REGION
from systems.collaboration.parts import SERVER, STATIC_PATH, Application, Data, Edge, Files, Sockets
from systems.collaboration.settings import SystemSettings
from systems.copies import comes_second
from systems.foundation import Stack

STATIC, SOCKETS = "static", "sockets"
_YEAR = 31536000


@dataclass(frozen=True)
class Names:
    """The hosted zone, if the stack manages one, the certificates, and the origin secret."""

    zone: Zone | None
    distribution: Certificate | ExistingCertificate | None
    balancer: Certificate | ExistingCertificate
    origin_secret: OriginSecret


def make_names(stack: Stack[SystemSettings]) -> Names:
    """One certificate a region holds the names that are needed there, but for those that were given."""
    zone = None
    if stack.settings.domain_name is not None and stack.settings.dns == "route53":
        named = ZoneSettings(
            domain=stack.settings.domain_name,
            zone_id=stack.settings.hosted_zone_id,
            parent_id=stack.settings.parent_zone_id,
        )
        zone = Zone("zone", named, account=stack.account, log_key=stack.keys.edge_logs)
    made = _certificates(stack.settings, stack.account, zone)
    return Names(
        zone,
        _existing(stack.settings.certificate_arn) or made.get(EDGE_REGION if stack.settings.domain_name else ""),
        _existing(stack.settings.alb_certificate_arn) or made[stack.account.region],
        OriginSecret("origin-secret", stack.settings.origin_secret),
    )


def make_edge(
    stack: Stack[SystemSettings], *, names: Names, data: Data, files: Files, application: Application, sockets: Sockets
) -> Edge:
    """The distribution with servers, files and sockets as origins; the DNS records of it and of the load balancer."""
    firewall = Firewall("firewall", stack.settings.firewall, account=stack.account, log_key=stack.keys.edge_logs)
    origins: dict[str, Origin] = {
        SERVER: HttpsOrigin(stack.settings.origin, names.origin_secret),
        STATIC: BucketOrigin(files.static, files.copy),
    }
    if stack.settings.sockets_through_cdn:
        origins[SOCKETS] = HttpsOrigin(sockets.api.domain_name)
    cdn = Cdn(
        "cdn",
        CdnSettings(
            aliases=(stack.settings.domain_name,) if stack.settings.domain_name else (),
            default=BehaviorSettings(origin=SERVER),
            behaviors=_behaviors(origins, sockets),
            origin_shield_region=origin_shield_at(stack.account.region),
            headers=_headers(stack.settings, stack.account),
        ),
        origins=origins,
        certificate=names.distribution,
        firewall=firewall,
        access_logs=data.access_logs,
    )
    if names.zone is not None and stack.settings.domain_name is not None:
        names.zone.alias(stack.settings.domain_name, cdn.alias_target)
        targets = {stack.settings.origin: application.balancer.alias_target}
        if stack.settings.sockets_domain is not None and sockets.api.alias_target is not None:
            targets[stack.settings.sockets_domain] = sockets.api.alias_target
        for name, target in targets.items():
            if stack.settings.copies is None:
                names.zone.alias(name, target)
            else:
                comes_second(stack.settings.copies, stack.account).lead(names.zone, name, target)
    return Edge(cdn, firewall, names.zone, names.origin_secret)


def _certificates(settings: SystemSettings, account: Account, zone: Zone | None) -> dict[str, Certificate]:
    if zone is None:
        return {}
    wanted: dict[str, list[str]] = {}
    if settings.domain_name is not None and settings.certificate_arn is None:
        wanted.setdefault(EDGE_REGION, []).append(settings.domain_name)
    if settings.alb_certificate_arn is None:
        wanted.setdefault(account.region, []).append(settings.origin)
        wanted[account.region] += [settings.sockets_domain] if settings.sockets_domain else []
    return {
        region: Certificate(
            f"certificate-{region}",
            CertificateSettings(domain=domains[0], alternatives=tuple(domains[1:])),
            zone=zone,
            region=region,
        )
        for region, domains in wanted.items()
    }


def _existing(arn: str | None) -> ExistingCertificate | None:
    return ExistingCertificate(arn) if arn else None


def _behaviors(origins: Mapping[str, Origin], sockets: Sockets) -> dict[str, PathBehaviorSettings]:
    """A WebSocket API answers under the path of its stage and nowhere else, so that is its path here as well."""
    behaviors = {
        STATIC: PathBehaviorSettings(path=STATIC_PATH, origin=STATIC, cache_seconds=_YEAR, methods="read"),
    }
    if SOCKETS in origins:
        behaviors[SOCKETS] = PathBehaviorSettings(path=sockets.api.origin_path, origin=SOCKETS, methods="read")
    return behaviors


def _headers(settings: SystemSettings, account: Account) -> HeaderSettings:
    """Pages connect to their own origin, and to API Gateway's address where that is the only one for sockets."""
    own = (f"wss://{settings.domain_name}",) if settings.domain_name else ()
    sockets = settings.sockets_domain or f"*.execute-api.{account.region}.amazonaws.com"
    given = () if settings.sockets_through_cdn else (f"wss://{sockets}",)
    return HeaderSettings(
        content_security_policy=ContentSecurityPolicy(sources={"connect-src": ("'self'", *own, *given)}),
        permissions_policy=NO_DEVICES,
    )
