"""The MDReader system: a markdown editor that works offline and that several people write in at once.

Route 53 ─┬► CloudFront ─► site in S3, or Amplify ─► /api ─┐
          ├► api.        REST API, users of Cognito ───────┴► backend function ─┐
          ├► websocket.  load balancer ─► Hocuspocus on Fargate ────────────────┼► PostgreSQL, Redis
          ├► events.     WebSocket API ─► events function ─► DynamoDB           │
          └► files.      CloudFront ─► attachments in S3 ◄─ files function      └► S3, SES, Secrets Manager
"""

from typing import Any

from components.account import Account
from components.compute.canary import Canary
from components.edge.email import Email, EmailSettings
from components.edge.firewall import Firewall
from components.edge.origins import distributions
from components.edge.zone import Zone
from components.network.network import Network
from components.operations.cost_anomaly import PUBLISHER
from components.operations.pipeline import Pipeline
from components.operations.tracing import Tracing
from components.security.human_access import HumanAccess
from components.security.manual_secret import ManualSecret
from components.security.operator_role import OperatorRole
from systems.audit import make_audit
from systems.copies import comes_second, make_elsewhere
from systems.foundation import Stack, make_github_roles, make_keys
from systems.mdreader.api import HEALTH, make_api
from systems.mdreader.data import make_data
from systems.mdreader.edge import make_files, make_site
from systems.mdreader.identity import make_users
from systems.mdreader.operations import operate
from systems.mdreader.parts import ATTACHMENTS, ATTACHMENTS_PREFIX, HOCUSPOCUS, USERS_PREFIX, Api, Mail, Names, SignIn
from systems.mdreader.realtime import make_realtime
from systems.mdreader.recovery import recovery_outputs, stand_by
from systems.mdreader.settings import SystemSettings

__all__ = ["SystemSettings", "build"]


def build(settings: SystemSettings, account: Account) -> dict[str, Any]:
    """Builds an MDReader stack and returns its outputs by name."""
    if settings.recovery is not None:
        return stand_by(settings, settings.recovery, account)
    if settings.identity is None:
        raise ValueError("users sign in at the home stack")
    users = [distributions(account), *settings.backup.key_users]
    keys = make_keys("mdreader", account, also_notices=(PUBLISHER,), data_users=users)
    stack = Stack(settings, account, keys)
    # The name that the plan gives the VPC.
    network = Network("mdreader-vpc", settings.network, account=account, key=keys.logs)
    elsewhere = (
        make_elsewhere(settings.copies, account, system="mdreader", data_users=[distributions(account)])
        if settings.copies
        else None
    )
    data, buckets = make_data(stack, network=network, elsewhere=elsewhere)
    names = Names(
        Zone("zone", settings.zone, account=account, log_key=keys.edge_logs),
        settings.domain,
        comes_second(settings.copies, account) if settings.copies else None,
    )
    fallback = (settings.copies.region,) if settings.copies else ()
    mail = EmailSettings(domain=settings.domain, sender=settings.sender, fallback_regions=fallback)
    email = Email("email", mail, account=account, zone=names.zone)
    users = make_users(stack, settings=settings.identity, data=data, email=email)
    firewall = Firewall("firewall", settings.firewall, account=account, log_key=keys.edge_logs)
    files = make_files(stack, names=names, data=data, files=buckets, firewall=firewall)
    sign_in = SignIn(
        users.pool.user_pool_id,
        users.pool.arn,
        users.pool.issuer,
        users.client.client_id,
        files.signer_ids[settings.file_signer],
    )
    tracing = Tracing("tracing", settings.tracing) if settings.tracing else None
    sender = Mail(email.sender, email.configuration_sets[account.region], email.send)
    api = make_api(stack, network=network, data=data, sign_in=sign_in, names=names, mail=sender)
    realtime = make_realtime(stack, network=network, data=data, sign_in=sign_in, names=names, tracing=tracing)
    regional = Firewall("regional-firewall", settings.regional_firewall, account=account, log_key=keys.logs)
    regional.protect("api", api.rest.stage_arn)
    regional.protect("alb", realtime.balancer.arn)
    site = make_site(
        stack, names=names, data=data, buckets=buckets, users=users, api=api, files=files, firewall=firewall
    )
    if settings.audit is not None:
        make_audit(settings.audit, account, data.access_logs)
    operators = OperatorRole("operators", account=account)
    operators.may(
        data.database.operate,
        data.cache.operate,
        data.secret.operate,
        *([data.file_signing_key.operate] if isinstance(data.file_signing_key, ManualSecret) else []),
        realtime.operate,
        api.operate,
        users.pool.operate,
        email.operate,
    )
    # Apart from the operators', who keep the platform running and delete nothing.
    erasure = HumanAccess(
        "erasure",
        account=account,
        purpose="Erases what is kept of a user, with a second factor",
        grants=[
            # A version that is deleted for good at home stays in the copy.
            *(
                bucket.erase(USERS_PREFIX, ATTACHMENTS_PREFIX)
                for bucket in (buckets.uploads, buckets.copies.get(ATTACHMENTS))
                if bucket is not None
            ),
            users.pool.erase,
            users.identities.erase,
            email.operate,
        ],
    )
    firewalls = {"edge": firewall, "regional": regional}
    canary, notices = operate(
        stack,
        data=data,
        buckets=[buckets.uploads],
        api=api,
        realtime=realtime,
        site=site,
        firewalls=firewalls,
        operators=operators,
    )
    push_role = make_github_roles(settings.github, account, realtime.registry)
    if settings.pipeline is not None:
        pipeline = Pipeline(
            "delivery",
            settings.pipeline,
            account=account,
            key=keys.data,
            log_key=keys.logs,
            notices=notices,
            access_logs=data.access_logs,
        )
        operators.grant("delivery", pipeline.operate)
    return {
        "url": f"https://{names.domain}",
        "operatorsRoleArn": operators.arn,
        "erasureRoleArn": erasure.arn,
        "apiUrl": api.rest.invoke_url,
        "healthUrl": f"https://{names.api}{HEALTH}",
        "service": realtime.service.running,
        "websocketUrl": f"wss://{names.websocket}",
        "eventsUrl": api.sockets.endpoint,
        "filesUrl": f"https://{names.files}",
        "signInUrl": users.pages.base_url,
        "userPoolId": users.pool.user_pool_id,
        "userPoolClientId": users.client.client_id,
        "identityPoolId": users.identities.identity_pool_id,
        "nameServers": names.zone.name_servers or [],
        "uploadsBucket": data.uploads.bucket_name,
        **({"uploadsCopy": buckets.copies[ATTACHMENTS].bucket_name} if elsewhere else {}),
        **(
            recovery_outputs(stack, data=data, users=users, files=files, names=names, elsewhere=elsewhere)
            if elsewhere
            else {}
        ),
        "databaseEndpoint": data.database.endpoint,
        "cacheEndpoint": data.cache.endpoint,
        "secretArn": data.secret.arn,
        "registry": realtime.registry.repository_url(HOCUSPOCUS),
        **push_role,
        **site.outputs,
        **(_released(canary, api) if canary else {}),
    }


def _released(canary: Canary, api: Api) -> dict[str, Any]:
    """What a delivery asks CodeDeploy for."""
    functions = {key: api.functions[key].function_name for key in canary.group_names}
    return {"canary": {"application": canary.application_name, "groups": canary.group_names, "functions": functions}}
