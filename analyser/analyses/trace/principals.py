"""The user, topic or role inside a store that code signs in as."""

from collections.abc import Callable, Iterable, Iterator

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.reach.stores import PROXY, RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.trace.code_configuration import ROTATION
from analyser.analyses.trace.migrations import Migration, migrations
from analyser.analyses.trace.model import Link, found, missing, not_known, shown
from analyser.analyses.trace.stores import CACHE, CLUSTER, DOMAIN, Use, arn_of, identities, named
from analyser.analyses.trace.survey import Survey
from policy.model import Resource

_USER = "aws:elasticache/user:User"
_USER_GROUP = "aws:elasticache/userGroup:UserGroup"
_TOPIC = "aws:msk/topic:Topic"
_PROXY_TARGET = "aws:rds/proxyTarget:ProxyTarget"
_INVOCATION = "aws:lambda/invocation:Invocation"
_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
_IDENTIFIER = "DB_INSTANCE_IDENTIFIER"
"""By which the function that rotates a master password knows its database."""


def of(s: Survey, use: Use) -> Iterator[Link]:
    """The store's users that the role may sign in as exist, and the code's configuration names one of them."""
    finder = _FINDERS.get(use.store.type)
    if finder and use.granted:
        yield from finder(s, use)


def with_password(s: Survey, use: Use, secrets: list[Resource]) -> Iterator[Link]:
    """The store has the user whose password the secret holds."""
    if use.store.type == CACHE:
        members = _members(s, use.store)
        known = [
            one for one in members if one.has("authenticationMode.type", "password") and _told(use, one, "userName")
        ]
        says = f"{named(use.store)} has the user whose password {named(secrets[0])} holds"
        groups = s.refers(use.store, "userGroupIds", _USER_GROUP)
        yield shown("principal", says, [*known, *groups] if known else [], "no user with a password is in its group")
        return
    origin = _primary(s, use.store)
    says = f"RDS makes {named(origin)}'s master user with the database"
    yield shown("principal", says, [origin] if _has_master(origin) else [], "it has no master user")


def has_a_value(s: Survey, secret: Resource) -> Link:
    """Something puts a value into the secret, before anything reads it."""
    says = f"{named(secret)} has a value"
    versions = s.companions(secret, _VERSION, "secretId")
    rotations = [one for one in s.companions(secret, ROTATION, "secretId") if not one.has("rotateImmediately", False)]
    if versions or rotations:
        return found("value", says, [*versions, *rotations])
    return not_known("value", says, "somebody puts it there: strata check --before", [secret])


def is_password_of(s: Survey, secret: Resource, store: Resource) -> bool:
    """Whether a secret holds the master password of a database: one that RDS keeps, or by what rotates it."""
    if secret is _primary(s, store):
        return True
    identifier = text(_primary(s, store).get("identifier"))
    functions = [
        function
        for rotation in s.companions(secret, ROTATION, "secretId")
        for function in s.refers(rotation, "rotationLambdaArn")
    ]
    return any(one.has(f"environment.variables.{_IDENTIFIER}", identifier) for one in functions)


def of_files(s: Survey, use: Use) -> Iterator[Link]:
    """Pods mount a file system through its driver, as the access point that their volume names."""
    handles = [one for one in use.configuration if "::" in one.value]
    points = [
        one for one in s.of("aws:efs/accessPoint:AccessPoint") if any(s.view.id_of(one) in h.value for h in handles)
    ]
    says = f"{named(use.store)} has the access point that the volume names"
    yield shown("principal", says, points, "no access point of it has that id")
    for role in _drivers(s):
        decision = s.may(text(role.outputs.get("arn")), "elasticfilesystem:ClientMount", arn_of(use.store))
        if decision.allowed:
            yield s.permission("rights", f"{role.name} may mount {named(use.store)}", decision, s.policies_of(role))
            return
    yield missing("rights", f"pods may mount {named(use.store)}", "no role of the driver may", [use.store])


def _drivers(s: Survey) -> list[Resource]:
    ties = [
        one
        for one in s.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if "efs" in str(one.get("serviceAccount"))
    ]
    return [role for one in ties for role in s.refers(one, "roleArn", "aws:iam/role:Role")]


def _database(s: Survey, use: Use) -> Iterator[Link]:
    store = use.store
    if store.type != PROXY:
        says = f"{named(store)} lets users sign in by IAM"
        on = store.has("iamDatabaseAuthenticationEnabled", True)
        yield found("sign-in", says, [store]) if on else missing("sign-in", says, "the database has it off", [store])
    for user in _users(s, use):
        yield _is_told_of(use, "user", user)
        for database in _behind(s, store):
            yield from _through(s, store, database, user)
            yield is_made(s, database, user)


def is_made(s: Survey, database: Resource, user: str) -> Link:
    """A migration makes the user, with the role by which RDS lets it in by IAM."""
    origin = _primary(s, database)
    says = f"a migration makes {user} in {named(origin)}, and lets it sign in by IAM"
    applied = [one for one in migrations(s) if any(name in one.configuration for name in identities(s, origin))]
    if not applied and _copied(origin):
        return found("principal", f"{named(origin)} has {user} of its source", [origin])
    if not applied:
        return missing("principal", says, "no migration is applied to it", [origin])
    making = [one for one in applied if one.makes(user)]
    letting = [one for one in applied if one.lets_in(user)]
    if not making or not letting:
        lacks = f"no migration creates {user}" if not making else "none grants it rds_iam"
        return missing("principal", says, lacks, _evidence(applied))
    return found("principal", says, _evidence(dict.fromkeys([*making, *letting])))


def _evidence(applied: Iterable[Migration]) -> list[Resource]:
    return [one for migration in applied for one in migration.evidence]


def _through(s: Survey, store: Resource, database: Resource, user: str) -> Iterator[Link]:
    """A proxy has a way to its database, and a right to sign in as the same user."""
    if store.type != PROXY:
        return
    source = s.place(store)
    ways = [way for way in s.reach.passed_on(source) if database.urn in way.target.urns] if source else []
    for way in ways:
        yield s.along("network", f"{named(store)} reaches {named(database)}", way)
    for role in s.refers(store, "roleArn", "aws:iam/role:Role"):
        decision = s.may(text(role.outputs.get("arn")), "rds-db:connect", arn_of(database, user))
        says = f"{named(store)} may sign in to {named(database)} as {user}"
        yield s.permission("rights", says, decision, s.policies_of(role))


def _behind(s: Survey, store: Resource) -> list[Resource]:
    if store.type != PROXY:
        return [store]
    targets = [one for one in s.of(_PROXY_TARGET) if store in s.refers(one, "dbProxyName", PROXY)]
    return [database for one in targets for database in s.refers(one, "dbInstanceIdentifier", RDS_INSTANCE)]


def _users(s: Survey, use: Use) -> list[str]:
    """The database users that the role may sign in as."""
    begin = arn_of(use.store, "")
    return list(dict.fromkeys(arn.removeprefix(begin) for arn in _resources(s, use) if arn.startswith(begin)))


def _cache(s: Survey, use: Use) -> Iterator[Link]:
    arns = _resources(s, use)
    users = [one for one in s.of(_USER) if text(one.outputs.get("arn")) in arns]
    groups = s.refers(use.store, "userGroupIds", _USER_GROUP)
    inside = [one for one in users if one in _members(s, use.store) and one.has("authenticationMode.type", "iam")]
    says = f"{named(use.store)} has the user that the role may connect as"
    lacks = "none of its users by IAM" if users else "the role names no user that the stack makes"
    yield shown("principal", says, [*inside, *groups] if inside else [], lacks)
    for user in inside:
        yield _is_told_of(use, "user", text(user.get("userName")))


def _members(s: Survey, cache: Resource) -> list[Resource]:
    groups = s.refers(cache, "userGroupIds", _USER_GROUP)
    return [
        user for group in groups for user in s.of(_USER) if text(user.get("userId")) in texts(group.list("userIds"))
    ]


def _topics(s: Survey, use: Use) -> Iterator[Link]:
    begin = text(use.store.outputs.get("arn")).replace(":cluster/", ":topic/", 1) + "/"
    for topic in dict.fromkeys(arn.removeprefix(begin) for arn in _resources(s, use) if arn.startswith(begin)):
        made = [one for one in s.of(_TOPIC) if one.has("name", topic) and use.store in s.refers(one, "clusterArn")]
        yield shown("principal", f"{named(use.store)} has the topic {topic}", made, "nothing makes it")
        yield _is_told_of(use, "topic", topic)


def _search(s: Survey, use: Use) -> Iterator[Link]:
    """With fine-grained access on, IAM lets a role in and the domain's own roles say what it may.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
    """
    role = use.role
    if role is None or not use.store.has("advancedSecurityOptions.enabled", True):
        return
    arn = text(role.outputs.get("arn"))
    if use.store.has("advancedSecurityOptions.masterUserOptions.masterUserArn", arn):
        yield found("principal", f"{role.name} is the master of {named(use.store)}", [use.store])
        return
    said = [one for one in s.of(_INVOCATION) if _maps(s, one, use.store, arn)]
    says = f"{named(use.store)} knows what {role.name} may do in it"
    yield shown("principal", says, said, "nothing maps the role to one of the domain's")


def _maps(s: Survey, invocation: Resource, domain: Resource, arn: str) -> bool:
    said = text(invocation.get("input"))
    return f'"{arn}"' in said and "BackendRoles" in said and any(name in said for name in identities(s, domain))


def _resources(s: Survey, use: Use) -> list[str]:
    role = use.role
    statements = s.statements(role) if role else ()
    return [arn for one in statements for arn in texts(list(one.resources))]


def _primary(s: Survey, store: Resource) -> Resource:
    """The instance that a replica or a cluster copies, or the store itself."""
    by = "replicationSourceIdentifier" if store.type == RDS_CLUSTER else "replicateSourceDb"
    return next(iter(s.refers(store, by, RDS_INSTANCE)), store)


def _copied(database: Resource) -> bool:
    """Whether an instance is made of one that another stack has, which says what it is: engine, users, schema."""
    return database.type == RDS_INSTANCE and database.lacks("engine")


def _has_master(database: Resource) -> bool:
    """What was promoted has the master user of what it copied, without being told: an instance says no engine then."""
    copied = database.type == RDS_INSTANCE and database.lacks("engine") and database.lacks("replicateSourceDb")
    return (
        copied
        or database.has("username")
        or (database.type == RDS_CLUSTER and database.has("manageMasterUserPassword", True))
    )


def _is_told_of(use: Use, what: str, name: str) -> Link:
    says = f"{use.code.name} is told of the {what} {name}"
    where = [one.where for one in use.code.configuration if one.value == name or f"//{name}@" in one.value]
    return shown("configured", says, where, "nothing that it is given says so")


def _told(use: Use, user: Resource, key: str) -> bool:
    return any(one.value == text(user.get(key)) for one in use.code.configuration)


_FINDERS: dict[str, Callable[[Survey, Use], Iterator[Link]]] = {
    RDS_INSTANCE: _database,
    RDS_CLUSTER: _database,
    PROXY: _database,
    CACHE: _cache,
    CLUSTER: _topics,
    DOMAIN: _search,
}
