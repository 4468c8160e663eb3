"""New rights: statements of IAM policies that allow more, or deny less, and grants that are resources of their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from analyser.analyses.changes.edits import hidden
from analyser.analyses.changes.pairing import Resource
from policy.iam import PLACES, Statement, parse

_GRANTS: Mapping[str, tuple[str, ...]] = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("user", "policyArn"),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("group", "policyArn"),
    "aws:iam/accessKey:AccessKey": ("user",),
    "aws:lambda/permission:Permission": ("principal", "action", "function", "sourceArn"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("namespace", "serviceAccount", "roleArn"),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ("principalArn", "policyArn", "accessScope"),
    "aws:eks/accessEntry:AccessEntry": ("principalArn", "kubernetesGroups"),
    "aws:kms/grant:Grant": ("granteePrincipal", "operations"),
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ("subjects", "roleRef"),
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ("subjects", "roleRef"),
}
"""Types that are a grant as such, with the inputs that say to whom and what."""
_RULES = ("kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")


@dataclass(frozen=True)
class Right:
    """One action on one resource for one principal; patterns hold ``*``."""

    principal: str
    action: str
    resource: str
    conditions: frozenset[str]

    def covers(self, other: "Right") -> bool:
        """Whether this right includes the other; conditions only restrict."""
        return (
            self.principal in ("", "*", other.principal)
            and fnmatchcase(other.action.lower(), self.action.lower())
            and fnmatchcase(other.resource, self.resource)
            and self.conditions <= other.conditions
        )


def new_rights(old: Resource | None, new: Resource | None) -> Iterator[tuple[str, bool]]:
    """What more is allowed than before, in words, and whether that is certain. None is a resource that is not there."""
    token = (new or old or {})["type"]
    for place, _ in PLACES.get(token, ()):
        yield from _documents(place, _at(old, place), _at(new, place))
    if new and token in _GRANTS:
        yield from _grants(token, old, new)
    if new and token in _RULES:
        before = _rules(old)
        fresh = [right for right in _rules(new) if not any(one.covers(right) for one in before)]
        yield from ((f"{right.action} {right.resource}", True) for right in fresh)


def _at(resource: Resource | None, place: str) -> list[Any]:
    head, _, tail = place.partition("[].")
    found = resource["inputs"].get(head) if resource else None
    if not tail or hidden(found):
        return [] if found is None else [found]
    return [block[tail] for block in found or () if block.get(tail) is not None]


def _documents(place: str, before: list[Any], after: list[Any]) -> Iterator[tuple[str, bool]]:
    if before == after:
        return
    if any(map(hidden, [*before, *after])):
        if any(map(hidden, after)):
            yield f"{place}: what it allows is known only after up", False
        return
    for effect, one, other, word in (("Allow", after, before, "allows"), ("Deny", before, after, "no longer denies")):
        had = list(_rights(other, effect))
        fresh = [right for right in _rights(one, effect) if not any(old.covers(right) for old in had)]
        yield from ((f"{place} {word} {words}", True) for words in _told(fresh))


def _rights(values: list[Any], effect: str) -> Iterator[Right]:
    for value in values:
        document = parse(value, "", "")
        for statement in document.statements if document else ():
            if statement.effect == effect:
                yield from _of(statement)


def _of(statement: Statement) -> Iterator[Right]:
    principals = [
        f"{kind}:{one}" if one != "*" else "*"
        for kind, several in (statement.principals or {}).items()
        for one in several
    ] or ["not " + str(statement.not_principals) if statement.not_principals else ""]
    actions = statement.actions or [f"all but {', '.join(map(str, statement.not_actions))}"]
    resources = statement.resources or (
        [f"all but {', '.join(map(str, statement.not_resources))}"] if statement.not_resources else ["*"]
    )
    conditions = frozenset(
        f"{c.operator} {c.key} {' or '.join(sorted(map(str, c.values)))}" for c in statement.conditions
    )
    for principal, action, resource in product(principals, actions, resources):
        yield Right(principal, str(action), str(resource), conditions)


def _told(fresh: list[Right]) -> Iterator[str]:
    """Rights of one principal on one resource in one line."""
    groups: dict[tuple[str, str, frozenset[str]], list[str]] = {}
    for right in fresh:
        groups.setdefault((right.principal, right.resource, right.conditions), []).append(right.action)
    for (principal, resource, conditions), actions in groups.items():
        whom = f" to {principal}" if principal else ""
        when = f" if {' and '.join(sorted(conditions))}" if conditions else ""
        yield f"{', '.join(actions)} on {resource}{whom}{when}"


def _grants(token: str, old: Resource | None, new: Resource) -> Iterator[tuple[str, bool]]:
    names = _GRANTS[token]
    sides = [[side["inputs"].get(name) for name in names] if side else [] for side in (old, new)]
    if sides[0] == sides[1]:
        return
    certain = old is None or not any(map(hidden, (*sides[0], *sides[1])))
    told = [_short(value) for value in sides[1] if value is not None]
    yield " ".join(told), certain


def _short(value: Any) -> str:
    if hidden(value):
        return "(known after up)"
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    return " ".join(map(_short, value.values())) if isinstance(value, Mapping) else str(value)


def _rules(resource: Resource | None) -> list[Right]:
    """The rules of a Kubernetes role as rights."""
    rules = (resource["inputs"].get("rules") or []) if resource else []
    return [
        Right("", verb, f"{group}/{kind}" if group else kind, frozenset(rule.get("resourceNames") or ()))
        for rule in ([] if hidden(rules) else rules)
        for group in rule.get("apiGroups") or [""]
        for kind in [*(rule.get("resources") or ()), *(rule.get("nonResourceURLs") or ())]
        for verb in rule.get("verbs") or ()
    ]
