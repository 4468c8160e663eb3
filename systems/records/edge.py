"""How requests reach the records system: names, distribution, firewall, load balancer, and what answers instead."""

import pulumi

from components.data.log_bucket import LogBucket
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall
from components.edge.global_accelerator import GlobalAccelerator
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.load_balancer import LoadBalancer
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.origin_secret import HasOriginHeader, OriginSecret
from components.edge.origins import HttpsOrigin
from components.edge.routing_policy import of_home
from components.edge.static_page import StaticPage, StaticPageSettings
from components.edge.takeover import HomeHealth
from components.edge.zone import AliasTarget, Zone
from components.network.network import Network
from components.operations.metric import EDGE_REGION
from systems.foundation import Stack
from systems.records.parts import APPLICATION, Edge, standby, taken_over
from systems.records.settings import SystemSettings


def make_edge(stack: Stack[SystemSettings], *, network: Network, access_logs: LogBucket) -> Edge:
    """The zone, what answers under its names, and in which order."""
    domain = stack.settings.domain
    origin, balancer_name = f"origin.{domain}", f"balancer.{domain}"
    zone = Zone(
        "zone",
        stack.settings.zone,
        account=stack.account,
        log_key=stack.keys.edge_logs,
    )
    home = Certificate(
        "origin-certificate",
        CertificateSettings(domain=origin, alternatives=(balancer_name,)),
        zone=zone,
        region=stack.account.region,
    )
    secret = _origin_secret(stack.settings)
    balancer = make_balancer(stack, network=network, certificate=home, access_logs=access_logs, secret=secret)
    firewall = Firewall("firewall", stack.settings.firewall, account=stack.account, log_key=stack.keys.edge_logs)
    cdn = Cdn(
        "cdn",
        CdnSettings(
            aliases=(domain,),
            default=BehaviorSettings(origin="origin", origin_decides=True),
            # The health check must see the application, not the page that stands in for it.
            behaviors={
                "health": PathBehaviorSettings(
                    path=stack.settings.application.liveness.path, origin="balancer", methods="read"
                )
            },
            origin_shield_region=origin_shield_at(stack.account.region),
        ),
        origins={"origin": HttpsOrigin(origin, secret), "balancer": HttpsOrigin(balancer_name, secret)},
        certificate=Certificate("edge-certificate", CertificateSettings(domain=domain), zone=zone, region=EDGE_REGION),
        firewall=firewall,
        access_logs=access_logs,
    )
    health = HealthCheck("health", HealthCheckSettings(domain=domain, path=stack.settings.application.liveness.path))
    zone.alias(domain, cdn.alias_target)
    entry = balancer.alias_target
    if stack.settings.global_accelerator is not None:
        entry = GlobalAccelerator(
            "global-accelerator",
            stack.settings.global_accelerator,
            account=stack.account,
            balancer=balancer,
            access_logs=access_logs,
        ).alias_target
    zone.alias(balancer_name, entry)
    served = _fail_over(stack, zone=zone, origin=origin, entry=entry, home=home, health=health)
    return Edge(zone, secret, balancer, cdn, firewall, served)


def make_balancer(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    certificate: Certificate,
    access_logs: LogBucket,
    secret: HasOriginHeader,
) -> LoadBalancer:
    """The load balancer before the pods of one region."""
    application = TargetGroupSettings(
        port=stack.settings.application.port,
        protocol=stack.settings.application.protocol,
        health_path=stack.settings.application.readiness.path,
    )
    return LoadBalancer(
        "balancer",
        LoadBalancerSettings(
            target_groups={APPLICATION: application},
            routes={APPLICATION: RouteSettings(priority=100, target=APPLICATION, paths=("/*",))},
            idle_timeout=stack.settings.idle_timeout,
        ),
        account=stack.account,
        network=network,
        certificate=certificate,
        access_logs=access_logs,
        origin_secret=secret,
    )


def _fail_over(
    stack: Stack[SystemSettings], *, zone: Zone, origin: str, entry: AliasTarget, home: Certificate, health: HealthCheck
) -> pulumi.Output[str]:
    """Where requests go while the home region does not answer: to a page, or to a recovery region if one stands by.

    There the page is in that region too, and what stands by takes its place as the primary of a name between. Returns
    the id of the health check that is well while either region serves.
    """
    copies = stack.settings.copies
    if copies is None:
        page = StaticPage("unavailable", StaticPageSettings(domain=origin), certificate=home)
        zone.failover(origin, primary=entry, secondary=page.alias_target, health_check_id=health.health_check_id)
        return health.health_check_id
    there = Certificate("page-certificate", CertificateSettings(domain=origin), zone=zone, region=copies.region)
    page = StaticPage("unavailable", StaticPageSettings(domain=origin, region=copies.region), certificate=there)
    well = HomeHealth("home", home=health, taken_over=taken_over(stack.settings.domain))
    if copies.near is not None:
        entry = zone.nearest(origin, entry, of_home(copies.near, stack.account.region))
    zone.primary(origin, entry, health_check_id=well.health_check_id)
    zone.secondary(origin, zone.secondary(standby(stack.settings.domain), page.alias_target))
    return well.served_check_id


def _origin_secret(settings: SystemSettings) -> OriginSecret:
    """The header that proves a request to the load balancer; one for all regions when others share the requests."""
    given = pulumi.Config("records").get_secret("originSecret")
    if given is None and settings.global_accelerator is not None and settings.global_accelerator.elsewhere:
        raise ValueError(
            "globalAccelerator.elsewhere needs one header in all regions: "
            "pulumi config set --secret records:originSecret"
        )
    return OriginSecret("origin-secret", settings.origin_secret, given=given)
