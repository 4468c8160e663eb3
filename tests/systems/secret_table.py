"""Every secret of every stack: who replaces it, how often, and what the next ``up`` does about it.

``docs/secrets.md`` is made from it, and ``test_secrets.py`` holds each claim against the graphs of all stacks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analyser.graph import Node
from policy.unknown import known

Replacer = Literal["AWS", "its function", "an operator", "External Secrets", "nobody"]

_TYPES = (
    "aws:acm/certificate:Certificate", "aws:cloudfront/publicKey:PublicKey",
    "aws:codeconnections/connection:Connection", "aws:cognito/identityProvider:IdentityProvider",
    "aws:ec2/keyPair:KeyPair", "aws:elasticache/user:User", "aws:iam/accessKey:AccessKey",
    "aws:iam/serverCertificate:ServerCertificate", "aws:kms/key:Key", "aws:secretsmanager/secret:Secret",
    "aws:sesv2/emailIdentity:EmailIdentity", "kubernetes:core/v1:Secret",
    "kubernetes:external-secrets.io/v1:ExternalSecret", "random:index/randomPassword:RandomPassword",
    "tls:index/privateKey:PrivateKey",
)  # fmt: skip
_INPUT = re.compile(
    r"(?!httpTokens)(.*[a-z])?(password|secret|token|privatekey|secretstring|credentials)s?", re.IGNORECASE
)
_ITSELF = frozenset({"manageMasterUserPassword", "generateSecret"})
"""Switches by which AWS makes a secret."""
_NO_SECRET = frozenset({"aws:lambda/function:Function", "aws:ecs/taskDefinition:TaskDefinition"})
"""What runs with secrets is told where to read them; policies of the pack judge what else it is told."""


@dataclass(frozen=True)
class Row:
    """Secrets of a kind. ``names`` is a pattern of logical names; ``given`` an input that those of the row have."""

    type: str
    names: str
    what: str
    by: Replacer
    every: str
    up: str
    page: str = ""
    """For an operator: the page and heading in ``docs/runbooks`` that says how, as ``records#secrets``."""
    given: str = ""
    says: str = ""
    """The setting by which the operator does it, where it is no secret of Secrets Manager."""
    days: int = 0
    """After how many days, where a schedule says it."""

    def fits(self, node: Node) -> bool:
        """Whether the row is about this resource."""
        told = not self.given or self.given in flat(node.inputs)
        return node.type == self.type and re.fullmatch(self.names, node.name) is not None and told


_SECRET, _USER = "aws:secretsmanager/secret:Secret", "aws:elasticache/user:User"
_PASSWORD = "random:index/randomPassword:RandomPassword"
_DATABASE = "aws:rds/instance:Instance"
_STAYS = "nothing: the program gives no value"
_SEES_NOTHING = "nothing: no input changes"
_QUARTER = "once a quarter, and when somebody leaves who knew it"
_MONTH = 30

ROWS: tuple[Row, ...] = (
    Row("aws:kms/key:Key", ".*", "Keys of KMS", "AWS", "once a year; what is encrypted stays readable", _SEES_NOTHING),
    Row("aws:acm/certificate:Certificate", ".*", "Certificates that the stack makes", "AWS",
        "before they end, as long as the records of their validation stand in the zone", _SEES_NOTHING),
    Row("aws:codeconnections/connection:Connection", ".*", "The pipeline's access to GitHub", "AWS",
        "by itself, once somebody has confirmed it in the console", _SEES_NOTHING),
    Row("aws:sesv2/emailIdentity:EmailIdentity", ".*", "Keys that sign mail (DKIM)", "nobody",
        "SES keeps the private half and hands it to nobody", _SEES_NOTHING),
    Row(_DATABASE, r".*-primary", "PostgreSQL's master password, kept by RDS", "AWS", "every 30 days",
        _SEES_NOTHING, given="manageMasterUserPassword", days=_MONTH),
    Row(_DATABASE, r".*-primary", "PostgreSQL's master password as the instance began with", "nobody",
        "the first rotation follows at once", "nothing: AWS tells nobody what it is since", given="password"),
    Row(_SECRET, r"(database|postgres|rds)-master-secret", "PostgreSQL's master password, kept by the stack",
        "its function", "every 30 days", _STAYS, days=_MONTH),
    Row(_SECRET, r"jwt-secret-secret", "The key that signs tokens of users", "its function", "every 30 days", _STAYS,
        days=_MONTH),
    Row(_SECRET, r"cursor-key-secret", "The key that signs cursors of pages", "its function", "every 30 days", _STAYS,
        days=_MONTH),
    Row(_SECRET, r"redis-secret-secret", "Redis' password", "its function", "every 30 days", _STAYS, days=_MONTH),
    Row(_SECRET, r"app-secret-secret", "What the application reads: passwords of database and Redis, keys",
        "its function", "every 30 days", _STAYS, days=_MONTH),
    Row(_SECRET, r"api-keys-secret", "Keys of the services that the application calls", "an operator", _QUARTER,
        _STAYS, page="collaboration#secrets"),
    Row(_SECRET, r"(encryption-keys|oauth-client-secrets|smtp-credentials)-secret",
        "Keys of the application's own encryption, of sign-in providers, of the mail provider", "an operator",
        _QUARTER, _STAYS, page="confluence#secrets"),
    Row(_SECRET, r"file-signing-key-secret", "The private key that signs addresses of attachments", "an operator",
        "once a year", _STAYS, page="mdreader#secrets"),
    Row(_SECRET, r"bedrock-api-key-secret", "A key of Bedrock's API", "an operator", "once a quarter", _STAYS,
        page="consulting#secrets"),
    Row("aws:cloudfront/publicKey:PublicKey", r"files-cdn-signer-.*", "The public half of the key of attachments",
        "an operator", "once a year", "puts the second key beside the first", page="mdreader#secrets",
        says="fileSigners"),
    Row("aws:cognito/identityProvider:IdentityProvider", ".*", "Secrets of sign-in providers", "an operator",
        "when the provider's ends", "sends the new one", page="mdreader#secrets", says="pulumi config set --secret"),
    Row("aws:amplify/app:App", ".*", "The token by which Amplify joins the repository", "nobody",
        "AWS takes it once and keeps a webhook", "nothing, unless another token is given", given="accessToken"),
    Row(_PASSWORD, r"origin-secret-.*", "The header by which a load balancer knows its distribution", "an operator",
        "once a year, in three updates", "makes the generations that `originSecret` names", page="{system}#secrets",
        says="originSecret"),
    Row(_PASSWORD, r".*-initial", "Passwords that databases and caches begin with", "nobody",
        "the first rotation follows at once", "nothing: the input that it goes into is left alone"),
    Row(_USER, ".*", "Users of Redis who sign in by a password", "its function", "with the secret that holds it",
        "leaves it alone", given="passwords"),
    Row(_USER, ".*", "Users of Redis who sign in by IAM, or are off", "nobody", "they have no password",
        _SEES_NOTHING),
    Row("kubernetes:external-secrets.io/v1:ExternalSecret", ".*", "Copies for pods", "External Secrets",
        "every 5 minutes", _SEES_NOTHING),
)  # fmt: skip


def bears(node: Node) -> bool:
    """Whether there is a secret in a resource, or it is one."""
    if node.type in _TYPES:
        return True
    if node.type in _NO_SECRET:
        return False
    told = {key: value for key, value in flat(node.inputs).items() if not known(value) or value}
    return any(_INPUT.fullmatch(key) if told[key] is not True else key in _ITSELF for key in told)


def flat(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs by their names, those inside of others too; lists and objects are not in it."""
    return dict(_flat(inputs))


def _flat(value: Any) -> Iterator[tuple[str, Any]]:
    members = value.items() if isinstance(value, Mapping) else ()
    for key, member in members:
        for one in member if isinstance(member, list) else [member]:
            if isinstance(one, Mapping):
                yield from _flat(one)
            else:
                yield key, one
