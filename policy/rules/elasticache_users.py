"""ElastiCache: who signs in, and what they may do."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

USER = "aws:elasticache/user:User"
USER_GROUP = "aws:elasticache/userGroup:UserGroup"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"
_LINK = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html"


def _switched_on(user: Resource) -> bool:
    """Whether the access string is known and lets the user in at all."""
    access = user.get("accessString")
    return isinstance(access, str) and "off" not in access.lower().split()


@rule(
    "elasticache-user-signs-in",
    title="Every cache user that is switched on signs in",
    severity=Severity.HIGH,
    types=[USER],
    frameworks={"FSBP": "ElastiCache.6", "cdk-nag": "AwsSolutions-AEC6"},
    remedy='Set authenticationMode.type to iam or password; a user that must exist but be of no use is "off".',
    link=_LINK,
)
def user_signs_in(user: Resource) -> Iterator[Finding]:
    """The user named `default` is who clients are when they say nothing. Without a password that is everybody."""
    if not _switched_on(user):
        return
    if user.has("noPasswordRequired", True):
        yield Finding("needs no password", "noPasswordRequired")
    if user.has("authenticationMode.type", "no-password-required", "no-password"):
        yield Finding("needs no password", "authenticationMode.type")


@rule(
    "elasticache-default-user-replaced",
    title="User groups leave ElastiCache's own default user out",
    severity=Severity.HIGH,
    types=[USER_GROUP],
    frameworks={"FSBP": "ElastiCache.6", "Well-Architected": "SEC09-BP03"},
    remedy="Make a User with userName default that is off, and put its id in the group in place of `default`.",
    link=_LINK,
)
def default_user_replaced(group: Resource) -> Iterator[Finding]:
    """The user with the id `default` that every account has is on, needs no password and may do everything."""
    if group.contains("userIds", "default"):
        yield Finding("has the default user that needs no password", "userIds")


@rule(
    "elasticache-user-least-privilege",
    title="Cache users may not administer the cache",
    severity=Severity.MEDIUM,
    types=[USER],
    frameworks={"Well-Architected": "SEC03-BP02"},
    remedy="Take -@dangerous or -@admin away from +@all, or list the categories that are needed.",
    link=_LINK,
)
def user_least_privilege(user: Resource) -> Iterator[Finding]:
    """FLUSHALL, KEYS, CONFIG and MONITOR empty, stall, change or overhear the cache for everybody."""
    words = str(user.get("accessString")).lower().split() if _switched_on(user) else []
    everything = {"+@all", "allcommands"} & set(words)
    if everything and not {"-@dangerous", "-@admin"} & set(words):
        yield Finding("may use every command", "accessString")


@rule(
    "elasticache-serverless-signs-in",
    title="Serverless caches ask who connects",
    severity=Severity.HIGH,
    types=[SERVERLESS],
    frameworks={"FSBP": "ElastiCache.6", "cdk-nag": "AwsSolutions-AEC6"},
    remedy="Set userGroupId.",
    link=_LINK,
)
def serverless_signs_in(cache: Resource) -> Iterator[Finding]:
    """Without a user group whoever reaches the port reads and flushes everything. Memcached knows no users."""
    if cache.has("engine", "redis", "valkey") and cache.lacks("userGroupId"):
        yield Finding("accepts everybody who reaches its port", "userGroupId")
