"""What a web ACL no longer stops: rules that are gone or only count, and a default that lets in."""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.changes.edits import hidden
from analyser.analyses.changes.pairing import Resource

_ACL = "aws:wafv2/webAcl:WebAcl"
_STOPS = frozenset({"block", "captcha", "challenge"})
_OVERRIDES = "ruleActionOverrides"


def let_through(old: Resource | None, new: Resource | None) -> Iterator[tuple[str, bool]]:
    """What comes through that was stopped before, in words, and whether that is certain."""
    if not old or not new or new["type"] != _ACL:
        return
    if _stops(old["inputs"].get("defaultAction")) and not _stops(new["inputs"].get("defaultAction")):
        yield "what no rule names is let in", True
    before, after = _rules(old), _rules(new)
    for name, rule in before.items():
        if name in after:
            yield from _of_a_rule(name, rule, after[name])
        elif _guards(rule):
            yield f"rule {name} is gone", True
    yield from (
        (f"rule {name} lets in", False) for name in after.keys() - before.keys() if "allow" in _action(after[name])
    )


def _of_a_rule(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    if _guards(old) and not _guards(new):
        yield f"rule {name} stops nothing", True
        return
    more = _overridden(new.get("statement")) - _overridden(old.get("statement"))
    yield from ((f"rule {name} no longer stops by {one}", True) for one in sorted(more))
    limits = [_limit(rule.get("statement")) for rule in (old, new)]
    if limits[0] and (limits[1] or 0) > limits[0]:
        yield f"rule {name} lets in {limits[1]:,} requests instead of {limits[0]:,}", True
    elif old.get("statement") != new.get("statement") and not more and limits[0] == limits[1]:
        yield f"rule {name} says something else", False


def _rules(acl: Resource) -> dict[str, Mapping[str, Any]]:
    rules = acl["inputs"].get("rules") or ()
    return {} if hidden(rules) else {str(rule.get("name")): rule for rule in rules if not hidden(rule)}


def _action(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    found = rule.get("action") or {}
    return found if isinstance(found, Mapping) else {}


def _stops(action: Any) -> bool:
    return isinstance(action, Mapping) and not _STOPS.isdisjoint(action)


def _guards(rule: Mapping[str, Any]) -> bool:
    """Whether a rule stops what it finds: by its action, or as those of its group do."""
    return _stops(rule.get("action")) or ("overrideAction" in rule and "count" not in rule["overrideAction"])


def _overridden(statement: Any) -> set[str]:
    """Rules within groups of which the action is one that stops nothing."""
    return {
        str(one.get("name"))
        for blocks in _found(statement, _OVERRIDES)
        for one in (blocks if isinstance(blocks, list) else ())
        if not _stops(one.get("actionToUse"))
    }


def _limit(statement: Any) -> int | None:
    return next((value for value in _found(statement, "limit") if isinstance(value, int)), None)


def _found(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, Mapping):
        if name in value:
            yield value[name]
        for member in value.values():
            yield from _found(member, name)
    elif isinstance(value, list):
        for item in value:
            yield from _found(item, name)
