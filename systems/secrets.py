"""The secrets that systems with tokens of their own share: the signing key, and values that operators put in."""

from collections.abc import Mapping

from components.security.manual_secret import ManualSecret
from components.security.secret import GeneratedSecret, SecretCopy, SecretSettings
from systems.foundation import Stack


def make_signing_key(
    stack: Stack[object], name: str, *, settings: SecretSettings, folder: str, copy: SecretCopy | None
) -> GeneratedSecret:
    """The rotated key that signs users' tokens, ``<folder>/<name>``, with its copy in another region."""
    return GeneratedSecret(
        name,
        settings,
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        purpose="Signs the tokens of users",
        secret_name=f"{folder}/{name}",
        copy=copy,
    )


def make_manual_secrets(
    stack: Stack[object], *, purposes: Mapping[str, str], folder: str, copy: SecretCopy | None
) -> dict[str, ManualSecret]:
    """An empty secret ``<folder>/<name>`` for each name of ``purposes``, with its copy in another region."""
    return {
        name: ManualSecret(
            name,
            account=stack.account,
            key=stack.keys.secrets,
            secret_name=f"{folder}/{name}",
            purpose=purpose,
            copy=copy,
        )
        for name, purpose in purposes.items()
    }
