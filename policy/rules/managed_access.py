"""Who may do what inside services that keep rights of their own: search collections, IoT, Verified Access, shares."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from policy.iam import RESOURCE, limited, on_everything, parse
from policy.json_text import decoded
from policy.model import Block, Finding, Level, Resource, Severity, rule
from policy.rules.managed import Input, Table, judged

SEARCH_ACCESS = (
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
    "aws-native:opensearchserverless:AccessPolicy",
)
# Type, and the input that holds the policy.
IOT_POLICIES = {"aws:iot/policy:Policy": "policy", "aws-native:iot:Policy": "policyDocument"}
VERIFIED = ("aws:verifiedaccess/group:Group", "aws:verifiedaccess/endpoint:Endpoint")
SHARES: Table = {
    "aws:ram/resourceShare:ResourceShare": (Input("allowExternalPrincipals", wrong=(True,)),),
    "aws:servicecatalog/portfolioShare:PortfolioShare": (Input("type", wrong=("ACCOUNT",)),),
}
_AWS = "https://docs.aws.amazon.com/"
_WHOLE_ACCOUNT = re.compile(r"^\*$|^arn:[\w-]+:iam::[\d*]+:(root|\*|(role|user)/\*)$")
_ALL_OF_KIND = re.compile(r"^(collection|index)/[*/]+$")
# What devices do with topics and their own names: https://docs.aws.amazon.com/iot/latest/developerguide/iot-policy-actions.html
_DEVICE = (
    *("iot:connect", "iot:publish", "iot:receive", "iot:subscribe", "iot:retainpublish", "iot:getretainedmessage"),
    *("iot:updatethingshadow", "iot:getthingshadow", "iot:deletethingshadow"),
)
# A policy of Cedar without a condition, `permit(principal, action, resource);`, or with one that always holds.
_ALWAYS = r"(when\s*\{\s*(true|(\d+)\s*==\s*\3|!\s*false)\s*\}\s*|unless\s*\{\s*(false|!\s*true)\s*\}\s*)*"
_PERMITS_ALL = re.compile(r"permit\s*\(\s*principal\s*,\s*action\s*,\s*resource\s*,?\s*\)\s*" + _ALWAYS + ";")
# No action has this name: what matches it matches all.
_NO_ACTION = "iot:any-action-there-is"
_CEDAR_COMMENT = re.compile(r"//[^\n]*")


@rule(
    "opensearch-serverless-access",
    title="Serverless search collections let in roles by name, and to what they need",
    severity=Severity.HIGH,
    types=SEARCH_ACCESS,
    frameworks={"Well-Architected": ("SEC03-BP02", "SEC03-BP07")},
    remedy="Name roles as Principal, and the permissions or the collections that they need.",
    link=_AWS + "opensearch-service/latest/developerguide/serverless-data-access.html",
)
def search_access(policy: Resource) -> Iterator[Finding]:
    """A data access policy is all that stands between whoever reaches the collection and every document in it."""
    content = decoded(policy.get("policy"))
    members = content if isinstance(content, list) else [content]
    for block in (Block(member, "policy") for member in members if isinstance(member, dict)):
        for who in _texts(block.list("Principal")):
            if _WHOLE_ACCOUNT.match(who):
                yield Finding(f"lets in {who}", "policy")
        for each in block.blocks("Rules"):
            everywhere = any(_ALL_OF_KIND.match(one) for one in _texts(each.list("Resource")))
            if everywhere and each.contains("Permission", "aoss:*"):
                yield Finding("allows everything in every collection", "policy")


def _texts(members: list[Any]) -> list[str]:
    return [member for member in members if isinstance(member, str)]


@rule(
    "iot-policy-scoped",
    title="Devices do with their own name and topics only",
    severity=Severity.HIGH,
    types=IOT_POLICIES,
    frameworks={"Well-Architected": "SEC03-BP02"},
    remedy="Name the actions, on ARNs with ${iot:Connection.Thing.ThingName}.",
    link=_AWS + "iot-device-defender/latest/devguide/audit-chk-iot-policy-permissive.html",
)
def iot_scoped(policy: Resource) -> Iterator[Finding]:
    """One device that is taken apart gives away its certificate, and with it whatever the policy allows."""
    path = IOT_POLICIES[policy.type]
    document = parse(policy.get(path), RESOURCE, path)
    for statement in document.allowing() if document else ():
        actions = [action.lower() for action in statement.known_actions()]
        if any(fnmatchcase(_NO_ACTION, action) for action in actions):
            yield Finding(f"{statement.label} allows every action of IoT", path)
        elif on_everything(statement) and not limited(statement) and any(map(_of_devices, actions)):
            yield Finding(f"{statement.label} lets a device act as any other", path)


def _of_devices(action: str) -> bool:
    return any(fnmatchcase(one, action) for one in _DEVICE)


@rule(
    "verifiedaccess-conditions",
    title="Verified Access asks something of who comes in",
    severity=Severity.HIGH,
    types=VERIFIED,
    frameworks={"Well-Architected": "SEC03-BP02"},
    remedy="Add a `when` that asks for a group, a verified address or the state of the device.",
    link=_AWS + "verified-access/latest/ug/auth-policies-policy-statement-struct.html",
)
def verified_conditions(subject: Resource) -> Iterator[Finding]:
    """`permit(principal, action, resource);` lets in whoever signs in, and that is no more than a login page."""
    text = subject.get("policyDocument")
    if isinstance(text, str) and _PERMITS_ALL.search(_CEDAR_COMMENT.sub("", text)):
        yield Finding("lets in whoever signs in", "policyDocument")


@rule(
    "shared-within-organisation",
    title="Resources and portfolios are shared within the organisation",
    severity=Severity.MEDIUM,
    types=SHARES,
    frameworks={"FSBP": "ServiceCatalog.1", "Well-Architected": "SEC03-BP07"},
    remedy="Set the input that is named; share with the organisation or one of its units.",
    link=_AWS + "ram/latest/userguide/getting-started-sharing.html",
    level=Level.ADVISORY,
)
def within_organisation(share: Resource) -> Iterator[Finding]:
    """What another company's account is given is out of sight. Advisory: it may be meant."""
    return judged(share, SHARES, "may be shared with accounts outside the organisation")
