"""policy/COVERAGE.md: which types of pulumi-aws hold data, open a door or carry rights, and which rules see them.

What a type does is told by the names of its inputs in the installed SDK, by `resource_types/` (what bears data), by the
pack's own list of places of policies, and by a small list by hand. Nothing is told of a type that none of these names.
"""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import resource_types
from policy.evaluate import RuleIndex
from policy.iam.document_locations import PLACES
from policy.model import Kind
from policy.pack import all_rules
from policy.tokens import canonical
from resource_types.bearing import bearing
from tests.policy.coverage_left import LEFT

PAGE = Path("policy/COVERAGE.md")
QUESTIONS = ("data", "door", "rights")
# Names of inputs that tell what a type does, anywhere in the name unless bounded.
NAMES = {
    "data": re.compile(
        r"^kms|Kms|[eE]ncrypt|^storageEncrypted$|^(final|db|source)?[sS]napshot(Identifier|Arn|Name)$"
        r"|^backupRetention|^dataRetention|^deletionProtection"
    ),
    "door": re.compile(
        r"^public(ly)?[A-Z]|PublicIp|[sS]ecurityGroup(s|Ids?)$|^cidr|^ingress$|^authorization(Type)?$|^authenticationType$"
        r"|^authMode$|^ssl|^tls|^securityPolicy|^endpointType$|InternetAccess|^appNetworkAccess|^webserverAccess|^gatewayId$"
    ),
    "rights": re.compile(
        r"^(policy|policyDocument|policyArn|accessPolicy|accessPolicies|resourcePolicy|assumeRolePolicy|principals?)$"
        r"|^(policies|managedPolicyArns?|inlinePolic(y|ies)|permissionsBoundary|accessString|permissions)$"
    ),
}
# What does such a thing and has no input that says so, and why.
BY_HAND: Mapping[str, tuple[str, str]] = {
    "aws:amplify/app:App": ("door", "serves a site"),
    "aws:apigatewayv2/api:Api": ("door", "answers the internet"),
    "aws:apprunner/service:Service": ("door", "answers the internet unless told"),
    "aws:cloudfront/distribution:Distribution": ("door", "answers the internet"),
    "aws:cognito/identityPool:IdentityPool": ("rights", "hands out credentials"),
    "aws:ec2/internetGateway:InternetGateway": ("door", "leads a VPC to the internet"),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ("door", "joins networks"),
    "aws:eks/accessEntry:AccessEntry": ("rights", "lets a principal into a cluster"),
    "aws:elasticbeanstalk/environment:Environment": ("door", "answers the internet"),
    "aws:iam/accessKey:AccessKey": ("rights", "is a credential"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ("rights", "is believed about who is calling"),
    "aws:iam/samlProvider:SamlProvider": ("rights", "is believed about who is calling"),
    "aws:iam/userGroupMembership:UserGroupMembership": ("rights", "hands on a group's rights"),
    "aws:rolesanywhere/trustAnchor:TrustAnchor": ("rights", "is believed about who is calling"),
    "aws:s3/bucketAcl:BucketAcl": ("rights", "gives objects to others"),
    "aws:secretsmanager/secretVersion:SecretVersion": ("data", "holds a credential"),
    "aws:ssoadmin/accountAssignment:AccountAssignment": ("rights", "gives an account's rights to people"),
}
# Rules about every type alike see nothing of what a type does.
_ABOUT_ALL = frozenset({"no-plain-credentials-elsewhere", "tags-required", "version-support"})
_TOKEN = re.compile(r"^            '(aws:[^']+)',$", re.MULTILINE)
_CLASS = re.compile(r"^class \w+Args:$", re.MULTILINE)
_INPUT = re.compile(r'@pulumi\.getter(?:\(name="(\w+)"\)|\n    def (\w+)\()')
_HEAD = """\
# What the rules see of AWS

Written by `make update` from the installed pulumi-aws and the rules: do not edit it. Of {all} types of resources the
{told} below hold data, open a door or carry rights; {seen} of them have a rule, {gaps} have none and are named first,
by the reason why.

- **data**: an input names a key, encryption, a snapshot, how long backups are kept or protection from deletion, or
  `resource_types/` says that the type bears data.
- **door**: an input says whether it is public, who is asked, by which TLS, or names security groups or address ranges.
- **rights**: an input is a policy or a principal, or names a policy; the pack's own list of places of policies.
- **by hand**: the type does so, and no input says it; the reason stands beside it.

That a rule sees a type does not say that it asks all that could be asked: [RULES.md](RULES.md) says what each asks.

"""


@cache
def inputs() -> dict[str, frozenset[str]]:
    """Every type of the installed pulumi-aws, without other names of the same, and its inputs."""
    found = importlib.util.find_spec("pulumi_aws")
    assert found is not None
    assert found.origin is not None
    types: dict[str, frozenset[str]] = {}
    for file in sorted(Path(found.origin).parent.glob("*/*.py")):
        if not file.name.startswith(("get_", "_", "outputs")):
            types.update(_declared(file.read_text(encoding="utf-8")))
    return {token: names for token, names in types.items() if canonical(token) == token}


def _declared(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    token, start = _TOKEN.search(text), _CLASS.search(text)
    if token and start:
        end = text.find("\n@pulumi.input_type", start.end())
        names = _INPUT.findall(text, start.end(), end if end > 0 else len(text))
        yield token[1], frozenset(name or other for name, other in names)


def does(token: str, names: frozenset[str]) -> dict[str, str]:
    """What the type does of the three, and by what that is told."""
    found = {question: min(hits) for question, hits in _hits(names).items() if hits}
    borne = bearing(token) if resource_types.table(token) else None
    if borne is not None and borne.kind == "data":
        found.setdefault("data", "resource_types/")
    if token in PLACES:
        found.setdefault("rights", "places of policies")
    if token in BY_HAND:
        question, why = BY_HAND[token]
        found.setdefault(question, f"by hand: {why}")
    return found


def _hits(names: frozenset[str]) -> dict[str, list[str]]:
    return {question: [name for name in names if question in _asked(name)] for question in QUESTIONS}


@cache
def _asked(name: str) -> frozenset[str]:
    """What the name of an input tells, which many types have."""
    return frozenset(question for question, pattern in NAMES.items() if pattern.search(name))


def page() -> str:
    """The page in Markdown."""
    index = _index()
    told = _told()
    rules = {token: [rule.id for rule in index.concerning(token)] for token in told}
    gaps = [token for token in told if not rules[token]]
    head = _HEAD.format(all=len(inputs()), told=len(told), seen=len(told) - len(gaps), gaps=len(gaps))
    lines = ["## Without a rule"]
    for reason, tokens in LEFT.items():
        lines += [f"\n{reason}\n", "| Type | data | door | rights |", "| --- | --- | --- | --- |"]
        lines += [_row(token, told[token]) for token in tokens if token in gaps]
    lines += ["\n## With rules\n", "| Type | data | door | rights | Rules |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(token, told[token]) + f" {', '.join(rules[token])} |" for token in told if rules[token]]
    return head + "\n".join(lines) + "\n"


def without_rule() -> list[str]:
    """The types that do any of it and that no rule sees."""
    index = _index()
    return [token for token in _told() if not index.concerning(token)]


@cache
def _told() -> Mapping[str, Mapping[str, str]]:
    """The types that do any of it, by their tokens."""
    return {token: found for token, names in sorted(inputs().items()) if (found := does(token, names))}


def _index() -> RuleIndex:
    return RuleIndex(rule for rule in all_rules() if rule.kind is not Kind.EXEMPTION and rule.id not in _ABOUT_ALL)


def _row(token: str, found: Mapping[str, str]) -> str:
    cells = " | ".join(_cell(found.get(question, "")) for question in QUESTIONS)
    return f"| `{token}` | {cells} |"


def _cell(by: str) -> str:
    return f"`{by}`" if by.isalnum() else by
