"""A user pool and what hangs on it, to test with, and the pack's verdict on it."""

import datetime

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.account import Account
from components.edge.email import Email, EmailSettings
from components.security.user_pool import UserPool, UserPoolSettings
from components.security.user_pool_client import UserPoolClient, UserPoolClientSettings
from tests.components.edge.support import DOMAIN, zone
from tests.support import ACCOUNT

CALLBACK, LOGOUT = f"https://{DOMAIN}/auth/callback", f"https://{DOMAIN}/"
CLIENT_SETTINGS = UserPoolClientSettings(callback_urls=(CALLBACK,), logout_urls=(LOGOUT,))
POOL, CLIENT = "aws:cognito/userPool:UserPool", "aws:cognito/userPoolClient:UserPoolClient"


def email() -> Email:
    return Email("email", EmailSettings(domain=DOMAIN, sender=f"info@{DOMAIN}"), account=ACCOUNT, zone=zone())


def user_pool(
    settings: UserPoolSettings | None = None, account: Account = ACCOUNT, mail: Email | None = None
) -> UserPool:
    return UserPool("users", settings or UserPoolSettings(), account=account, email=mail)


def client(pool: UserPool) -> UserPoolClient:
    return UserPoolClient("web", CLIENT_SETTINGS, user_pool=pool)


def complaints(graph: Graph, *services: str) -> list[str]:
    """What the pack says of resources of these services, of advice as well."""
    violations, _ = verdict(graph, exemptions=(), today=datetime.date(2026, 1, 1))
    return [f"{v.rule.id}: {v.urn}" for v in violations if any(f":{service}/" in v.urn for service in services)]
