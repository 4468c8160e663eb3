"""How users reach the Confluence system: names, certificates, and the distribution with its firewall."""

from collections.abc import Mapping
from dataclasses import replace

from components.data.log_bucket import LogBucket
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall
from components.edge.header_settings import ContentSecurityPolicy, HeaderSettings
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import BucketOrigin
from components.edge.routing_policy import of_home
from components.edge.takeover import HomeHealth
from components.edge.zone import AliasTarget, Zone
from components.operations.alarms import Alarm, route53
from components.operations.metric import EDGE_REGION
from systems.confluence.parts import Model, Names
from systems.confluence.settings import SystemSettings
from systems.foundation import Stack

STATIC = "static"
HOME = "home"
"""The origin of the home region alone, which the health check asks through the distribution."""
_YEAR = 31536000
_HOUR = 3600


def make_names(stack: Stack[SystemSettings]) -> Names:
    """The hosted zone of the public name."""
    return Names(
        Zone("zone", stack.settings.zone, account=stack.account, log_key=stack.keys.edge_logs),
        stack.settings.domain,
        OriginSecret("origin-secret", stack.settings.origin_secret),
        fails_over=stack.settings.copies is not None,
        near=of_home(stack.settings.copies.near, stack.account.region)
        if stack.settings.copies and stack.settings.copies.near
        else None,
    )


def lead_here(names: Names, targets: Mapping[str, AliasTarget], health_path: str) -> dict[str, Alarm]:
    """Each name stands for its target, as far as this region is the one that serves; what watches that it does.

    The home region serves while it answers at ``health_path``, which is asked for behind the distribution, and nobody
    has taken over; the recovery region once it has, and if it can. Names that no stack shares have no such halves.
    """
    if names.taken_over is not None:
        for domain, target in targets.items():
            if names.near is not None:
                names.zone.nearest(domain, target, names.near)
            names.zone.secondary(domain, target, health_check_id=names.taken_over.health_check_id)
        return {}
    if not names.fails_over:
        return {}
    asked = HealthCheck("health", HealthCheckSettings(domain=names.domain, path=health_path))
    health = HomeHealth("serves", home=asked, taken_over=names.takeover)
    for domain, target in targets.items():
        nearest = names.zone.nearest(domain, target, names.near) if names.near else target
        names.zone.primary(domain, nearest, health_check_id=health.health_check_id)
    return route53.health_check(health.served_check_id)


def page_behavior(origin: str) -> BehaviorSettings:
    """Pages are kept for an hour for the viewer who asked, so that nobody is shown another's; the application's own
    Cache-Control goes before that."""
    return BehaviorSettings(origin=origin, cache_seconds=_HOUR, cache_key="viewer", methods="read")


def site_behavior() -> BehaviorSettings:
    """Pages are one and the same program for everybody, in a bucket; what it shows it asks of the API."""
    return BehaviorSettings(origin=STATIC, cache_seconds=_HOUR, methods="read", single_page=True)


def uncached(path: str, origin: str) -> PathBehaviorSettings:
    """Requests that the application answers each time, uncached."""
    return PathBehaviorSettings(path=path, origin=origin)


def make_cdn(
    stack: Stack[SystemSettings], *, names: Names, bucket: BucketOrigin, access_logs: LogBucket, model: Model
) -> tuple[Cdn, Firewall]:
    """The distribution before the model's origins and the bucket of static files, or the copy of it."""
    firewall = Firewall("firewall", stack.settings.firewall, account=stack.account, log_key=stack.keys.edge_logs)
    static = PathBehaviorSettings(path="/static/*", origin=STATIC, cache_seconds=_YEAR, methods="read")
    # The host of signed URLs, which browsers load attachments from and upload to: the regional one, as SigV4 has it.
    # The copy's is known to pages before it is needed: while the home region is gone, no distribution can be changed.
    regions = (stack.account.region, *([stack.settings.copies.region] if stack.settings.copies else []))
    uploads = stack.settings.buckets.uploads.bucket
    files = [
        f"https://{replace(stack.account, region=region).suffixed(uploads)}.s3.{region}.amazonaws.com"
        for region in regions
    ]
    policy = ContentSecurityPolicy(
        sources={
            "connect-src": ("'self'", f"wss://{names.domain}", f"wss://{names.below('ws')}", *files),
            "img-src": ("'self'", "data:", "blob:", *files),
            "media-src": ("'self'", "blob:", *files),
        }
    )
    cdn = Cdn(
        "cdn",
        CdnSettings(
            aliases=(names.domain,),
            default=model.default,
            behaviors={**model.behaviors, "static": static},
            default_root_object=model.root_object,
            origin_shield_region=origin_shield_at(stack.account.region),
            headers=HeaderSettings(content_security_policy=policy),
        ),
        origins={**model.origins, STATIC: bucket},
        certificate=Certificate(
            "edge-certificate", CertificateSettings(domain=names.domain), zone=names.zone, region=EDGE_REGION
        ),
        firewall=firewall,
        access_logs=access_logs,
    )
    names.zone.alias(names.domain, cdn.alias_target)
    return cdn, firewall
