"""Secrets Manager, Cognito."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line


def secret(item: Item) -> Iterator[Line]:
    """The secret and its replicas; calls are cents."""
    yield item.fixed("Secret", "secretsmanager.secret", 1 + len(item.read("replicas", default=())))


def user_pool(item: Item) -> Iterator[Line]:
    """Users who sign in, by the pool's tier."""
    tier = str(item.read("userPoolTier", default="ESSENTIALS"))
    yield item.used(f"Active users, {tier.lower()}", f"cognito.{tier}", "active_users", share=1 / item.of_same_type())


PRICERS: dict[str, Pricer] = {
    "aws:secretsmanager/secret:Secret": secret,
    "aws:cognito/userPool:UserPool": user_pool,
}
