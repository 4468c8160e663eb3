"""KMS, Secrets Manager, Cognito."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line


def key(item: Item) -> Iterator[Line]:
    """The key in its first year; each of its first two rotations adds as much again."""
    yield item.fixed("Customer key", "kms.key", 1)
    yield item.used("Requests", "kms.requests", "key_request_millions", share=1 / item.of_same_type())


def secret(item: Item) -> Iterator[Line]:
    """The secret and its replicas; calls are cents."""
    yield item.fixed("Secret", "secretsmanager.secret", 1 + len(item.read("replicas", default=())))


def user_pool(item: Item) -> Iterator[Line]:
    """Users who sign in, by the pool's tier."""
    tier = str(item.read("userPoolTier", default="ESSENTIALS"))
    yield item.used(f"Active users, {tier.lower()}", f"cognito.{tier}", "active_users", share=1 / item.of_same_type())


PRICERS: dict[str, Pricer] = {
    "aws:kms/key:Key": key,
    "aws:secretsmanager/secret:Secret": secret,
    "aws:cognito/userPool:UserPool": user_pool,
}
