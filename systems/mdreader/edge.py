"""How users reach MDReader: attachments, the site with the API below it, and what browsers are told."""

from dataclasses import replace

import pulumi

from components.account import Account
from components.edge.amplify_app import AmplifyApp, AmplifyAppSettings
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings, origin_shield_at
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.firewall import Firewall
from components.edge.header_settings import NO_DEVICES, ContentSecurityPolicy, CrossOriginSettings, HeaderSettings
from components.edge.origins import BucketOrigin, HttpsOrigin
from components.operations.metric import EDGE_REGION
from systems.foundation import Stack
from systems.mdreader.parts import (
    AMPLIFY_APP,
    ATTACHMENTS,
    ATTACHMENTS_PREFIX,
    PAGES,
    USERS_PREFIX,
    Api,
    Data,
    Files,
    Names,
    Site,
    Users,
)
from systems.mdreader.settings import SystemSettings

_FILES_ORIGIN = "S3Origin"
"""The plan's id."""
_COPIED_ORIGIN = "attachments"
_WEB_ORIGIN = "web"
_API_ORIGIN = "api"
_PRICE_CLASS = "PriceClass_100"
"""The United States, Canada and Europe."""
_HOUR, _DAY, _YEAR = 3600, 86400, 31536000


def make_files(stack: Stack[SystemSettings], *, names: Names, data: Data, files: Files, firewall: Firewall) -> Cdn:
    """Attachments under a domain of their own, by URLs or cookies that the backend signed.

    Every method is let through, as planned, and the bucket lets the distribution do nothing but read.
    """
    # A desktop client's own scheme is an origin for S3, and none that CloudFront takes.
    origins = (
        tuple(o for o in stack.settings.uploads.cors.origins if o.startswith("http"))
        if stack.settings.uploads.cors
        else ()
    )
    allowed = CrossOriginSettings(origins=origins) if origins else None
    copy = files.copies.get(ATTACHMENTS)
    # CloudFront asks a copy for what only reads, so that folders whose objects are read have behaviours of their own.
    folders = (ATTACHMENTS_PREFIX, USERS_PREFIX) if copy else ()
    behaviors = {
        folder: PathBehaviorSettings(
            path=f"/{folder}/*", origin=_COPIED_ORIGIN, cache_seconds=_DAY, methods="read", signed=True
        )
        for folder in folders
    }
    cdn = Cdn(
        "files-cdn",
        CdnSettings(
            aliases=(names.files,),
            default=BehaviorSettings(origin=_FILES_ORIGIN, cache_seconds=_DAY, signed=True),
            behaviors=behaviors,
            origin_shield_region=origin_shield_at(stack.account.region),
            price_class=_PRICE_CLASS,
            # Without one, / asks the bucket for the list of its objects.
            default_root_object="index.html",
            # What a user uploaded must not run as a page, whatever it is.
            headers=HeaderSettings(content_security_policy=_nothing(), permissions_policy=NO_DEVICES, cors=allowed),
            signers=stack.settings.file_signers,
        ),
        origins={
            _FILES_ORIGIN: BucketOrigin(files.uploads),
            **({_COPIED_ORIGIN: BucketOrigin(files.uploads, copy)} if copy else {}),
        },
        certificate=_certificate("files-certificate", names.files, names),
        firewall=firewall,
        access_logs=data.access_logs,
    )
    names.zone.alias(names.files, cdn.alias_target)
    return cdn


def make_site(
    stack: Stack[SystemSettings],
    *,
    names: Names,
    data: Data,
    buckets: Files,
    users: Users,
    api: Api,
    files: Cdn,
    firewall: Firewall,
) -> Site:
    """The front end, from a bucket or by Amplify; either passes /api on."""
    headers = HeaderSettings(
        content_security_policy=content_policy(stack, names=names, users=users), permissions_policy=NO_DEVICES
    )
    if stack.settings.amplify is not None:
        app = _by_amplify(
            stack.settings.amplify, account=stack.account, names=names, users=users, firewall=firewall, headers=headers
        )
        outputs = {"amplifyAppId": app.app_id, "amplifyDnsRecords": app.dns_records}
        return Site({"files": files}, outputs)
    web = buckets.web
    if web is None:
        raise ValueError("an MDReader stack has one front end or the other")
    cdn = Cdn(
        "site-cdn",
        CdnSettings(
            aliases=(names.domain,),
            default=BehaviorSettings(origin=_WEB_ORIGIN, cache_seconds=_HOUR, methods="read", single_page=True),
            behaviors={
                "api": PathBehaviorSettings(path="/api/*", origin=_API_ORIGIN),
                # Their names change with what is in them.
                "assets": PathBehaviorSettings(
                    path="/assets/*", origin=_WEB_ORIGIN, cache_seconds=_YEAR, methods="read"
                ),
            },
            origin_shield_region=origin_shield_at(stack.account.region),
            price_class=_PRICE_CLASS,
            default_root_object="index.html",
            headers=headers,
        ),
        origins={
            _WEB_ORIGIN: BucketOrigin(web, buckets.copies.get(PAGES)),
            _API_ORIGIN: HttpsOrigin(api.rest.domain_name, path=api.rest.origin_path or None),
        },
        certificate=_certificate("site-certificate", names.domain, names),
        firewall=firewall,
        access_logs=data.access_logs,
    )
    names.zone.alias(names.domain, cdn.alias_target)
    return Site(
        {"files": files, "site": cdn}, {"webBucket": web.bucket_name, "siteDistributionId": cdn.distribution_id}
    )


def content_policy(stack: Stack[SystemSettings], *, names: Names, users: Users) -> ContentSecurityPolicy:
    """What the pages talk to: their own origin, API, sockets, attachments, uploads to the bucket, and Cognito."""
    files = f"https://{names.files}"
    # Known to pages before it is needed: what they are told cannot be changed while the home region is gone.
    regions = (stack.account.region, *([stack.settings.copies.region] if stack.settings.copies else []))
    bucket = stack.settings.uploads.bucket
    uploads = [
        f"https://{replace(stack.account, region=region).suffixed(bucket)}.s3.{region}.amazonaws.com"
        for region in regions
    ]
    return ContentSecurityPolicy(
        sources={
            "connect-src": (
                "'self'",
                f"https://{names.api}",
                f"wss://{names.websocket}",
                f"wss://{names.events}",
                files,
                *uploads,
                f"https://cognito-idp.{stack.account.region}.amazonaws.com",
                f"https://cognito-identity.{stack.account.region}.amazonaws.com",
                f"https://{users.pages.host}",
            ),
            "img-src": ("'self'", "data:", "blob:", files),
            "media-src": ("'self'", "blob:", files),
        }
    )


def _by_amplify(
    settings: AmplifyAppSettings,
    *,
    account: Account,
    names: Names,
    users: Users,
    firewall: Firewall,
    headers: HeaderSettings,
) -> AmplifyApp:
    update = {
        "app_name": AMPLIFY_APP,
        "api_origin": f"https://{names.api}",
        "domain": names.domain,
        "headers": headers,
    }
    return AmplifyApp(
        "web",
        settings.model_copy(update=update),
        account=account,
        environment={
            "VITE_API_URL": f"https://{names.api}",
            "VITE_WEBSOCKET_URL": f"wss://{names.websocket}",
            "VITE_EVENTS_URL": f"wss://{names.events}",
            "VITE_USER_POOL_ID": users.pool.user_pool_id,
            "VITE_USER_POOL_CLIENT_ID": users.client.client_id,
            "VITE_IDENTITY_POOL_ID": users.identities.identity_pool_id,
        },
        # AWS takes it once, to set up its own way into the repository.
        access_token=pulumi.Config("mdreader").get_secret("repositoryToken"),
        firewall=firewall,
        after=[names.zone],
    )


def _nothing() -> ContentSecurityPolicy:
    return ContentSecurityPolicy(
        sources={
            "default-src": ("'none'",),
            "base-uri": ("'none'",),
            "connect-src": ("'none'",),
            "font-src": ("'none'",),
            "form-action": ("'none'",),
            "img-src": ("'none'",),
            "script-src": ("'none'",),
            "style-src": ("'none'",),
            "worker-src": ("'none'",),
        }
    )


def _certificate(name: str, domain: str, names: Names) -> Certificate:
    return Certificate(name, CertificateSettings(domain=domain), zone=names.zone, region=EDGE_REGION)
