"""How users reach the Confluence system: names, certificates, and the distribution with its firewall."""

from components.account import Account
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall
from components.edge.header_settings import ContentSecurityPolicy, HeaderSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import BucketOrigin
from components.edge.zone import Zone, ZoneSettings
from components.operations.metric import EDGE_REGION
from systems.confluence.parts import Data, Model, Names
from systems.confluence.settings import SystemSettings
from systems.foundation import Keys

STATIC = "static"
_YEAR = 31536000
_HOUR = 3600


def make_names(settings: SystemSettings, account: Account, keys: Keys) -> Names:
    """The hosted zone of the public name."""
    zone = ZoneSettings(domain=settings.domain, zone_id=settings.hosted_zone_id, parent_id=settings.parent_zone_id)
    return Names(
        Zone("zone", zone, account=account, log_key=keys.edge_logs),
        settings.domain,
        OriginSecret("origin-secret", settings.origin_secret),
    )


def page_behavior(origin: str) -> BehaviorSettings:
    """Pages are kept for an hour for the viewer who asked, so that nobody is shown another's; the application's own
    Cache-Control goes before that."""
    return BehaviorSettings(origin=origin, cache_seconds=_HOUR, cache_key="viewer", methods="read")


def site_behavior() -> BehaviorSettings:
    """Pages are one and the same program for everybody, in a bucket; what it shows it asks of the API."""
    return BehaviorSettings(origin=STATIC, cache_seconds=_HOUR, methods="read", single_page=True)


def uncached(path: str, origin: str) -> PathBehaviorSettings:
    """Requests that the application answers each time anew."""
    return PathBehaviorSettings(path=path, origin=origin)


def make_cdn(
    settings: SystemSettings, account: Account, keys: Keys, names: Names, data: Data, model: Model
) -> tuple[Cdn, Firewall]:
    """The distribution before the model's origins and the bucket of static files."""
    firewall = Firewall("firewall", settings.firewall, account=account, log_key=keys.edge_logs)
    static = PathBehaviorSettings(path="/static/*", origin=STATIC, cache_seconds=_YEAR, methods="read")
    # The host of signed URLs, which browsers load attachments from and upload to: the regional one, as SigV4 has it.
    files = f"https://{account.suffixed(settings.buckets.uploads.bucket)}.s3.{account.region}.amazonaws.com"
    policy = ContentSecurityPolicy(
        sources={
            "connect-src": ("'self'", f"wss://{names.domain}", f"wss://{names.below('ws')}", files),
            "img-src": ("'self'", "data:", "blob:", files),
            "media-src": ("'self'", "blob:", files),
        }
    )
    cdn = Cdn(
        "cdn",
        CdnSettings(
            aliases=(names.domain,),
            default=model.default,
            behaviors={**model.behaviors, "static": static},
            default_root_object=model.root_object,
            origin_shield_region=origin_shield_at(account.region),
            headers=HeaderSettings(content_security_policy=policy),
        ),
        origins={**model.origins, STATIC: BucketOrigin(data.static)},
        certificate=Certificate(
            "edge-certificate", CertificateSettings(domain=names.domain), zone=names.zone, region=EDGE_REGION
        ),
        firewall=firewall,
        access_logs=data.access_logs,
    )
    names.zone.alias(names.domain, cdn.alias_target)
    return cdn, firewall
