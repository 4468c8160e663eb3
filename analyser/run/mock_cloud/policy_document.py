"""The JSON of ``aws.iam.get_policy_document``, which the provider makes of its arguments alone.

How statements are written and merged:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

_LISTS = (
    ("actions", "Action"),
    ("notActions", "NotAction"),
    ("resources", "Resource"),
    ("notResources", "NotResource"),
)


def policy_document(arguments: Mapping[str, Any]) -> str:
    """The document: sources first, then the statements, then overrides; of a Sid the last one counts."""
    sources = _given(arguments, "sourcePolicyDocuments", "sourceJson")
    overrides = _given(arguments, "overridePolicyDocuments", "overrideJson")
    own = [_statement(each) for each in arguments.get("statements") or ()]
    found: list[dict[str, Any]] = []
    for statement in (*_statements(sources), *own, *_statements(overrides)):
        sid = statement.get("Sid")
        same = next((place for place, each in enumerate(found) if sid and each.get("Sid") == sid), None)
        if same is None:
            found.append(statement)
        else:
            found[same] = statement
    identifier = arguments.get("policyId")
    head = {"Version": arguments.get("version") or "2012-10-17", **({"Id": identifier} if identifier else {})}
    return json.dumps({**head, "Statement": found}, separators=(",", ":"))


def _given(arguments: Mapping[str, Any], several: str, one: str) -> list[str]:
    return [text for text in (*(arguments.get(several) or ()), arguments.get(one)) if text]


def _statements(documents: Iterable[str]) -> Iterable[dict[str, Any]]:
    for text in documents:
        said = json.loads(text).get("Statement") or []
        yield from said if isinstance(said, list) else [said]


def _statement(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"Sid": said["sid"]} if said.get("sid") else {}
    found["Effect"] = said.get("effect") or "Allow"
    found |= {theirs: _short(sorted(said[ours])) for ours, theirs in _LISTS if said.get(ours)}
    for ours, theirs in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if said.get(ours):
            found[theirs] = _principals(said[ours])
    if said.get("conditions"):
        found["Condition"] = _conditions(said["conditions"])
    return found


def _principals(said: Iterable[Mapping[str, Any]]) -> Any:
    kinds: dict[str, list[str]] = {}
    for each in said:
        kinds.setdefault(each["type"], []).extend(each["identifiers"])
    return "*" if kinds == {"*": ["*"]} else {kind: _short(names) for kind, names in kinds.items()}


def _conditions(said: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    tests: dict[str, dict[str, Any]] = {}
    for each in said:
        tests.setdefault(each["test"], {})[each["variable"]] = _short(list(each["values"]))
    return tests


def _short(items: list[str]) -> Any:
    """One item stands by itself, as the provider writes it."""
    return items[0] if len(items) == 1 else items
