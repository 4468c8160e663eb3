"""Sign-in to MDReader, and the AWS credentials of signed-in users."""

import pulumi

from components.edge.email import Email
from components.security.identity_pool import IdentityPool, own_objects
from components.security.identity_providers import IdentityProviders, IdentityProvidersSettings, Secret
from components.security.user_pool import UserPool
from components.security.user_pool_client import UserPoolClient
from components.security.user_pool_domain import UserPoolDomain
from systems.foundation import Stack
from systems.mdreader.parts import USER_POOL, USERS_PREFIX, Data, Users
from systems.mdreader.settings import Identity


def make_users(stack: Stack[object], *, settings: Identity, data: Data, email: Email) -> Users:
    """The user pool with its one client, and credentials by which a user reaches objects of their own."""
    pool = UserPool(
        "users", settings.pool.model_copy(update={"pool_name": USER_POOL}), account=stack.account, email=email
    )
    secrets = _provider_secrets(settings.providers)
    providers = IdentityProviders("providers", settings.providers, user_pool=pool, secrets=secrets) if secrets else None
    client = UserPoolClient("client", settings.client, user_pool=pool, providers=providers)
    pages = UserPoolDomain("sign-in", settings.pages, account=stack.account, user_pool=pool)
    identities = IdentityPool(
        "identities",
        user_pool=pool,
        client=client,
        grants=[own_objects(stack.account, data.uploads.arn, stack.keys.data.arn, USERS_PREFIX)],
    )
    return Users(pool, client, pages, identities)


def _provider_secrets(settings: IdentityProvidersSettings) -> dict[Secret, pulumi.Input[str]]:
    """The secrets of the providers that are set up, from the stack's encrypted configuration."""
    config = pulumi.Config("mdreader")
    known: dict[Secret, object] = {"google": settings.google, "apple": settings.apple, "github": settings.github}
    wanted = [key for key, given in known.items() if given is not None]
    secrets = {key: config.get_secret(f"{key}Secret") for key in wanted}
    for key, secret in secrets.items():
        if secret is None:
            name = f"mdreader:{key}Secret"
            raise ValueError(f"settings.identity.providers.{key} needs {name}: pulumi config set --secret {name}")
    return {key: secret for key, secret in secrets.items() if secret is not None}
