"""Which IAM actions a command of the AWS CLI needs: its operation in botocore's model, unless IAM has another name."""

from collections.abc import Mapping

from policy.iam.actions import actions_of
from tests.awscli import operation_of

# Prefixes of actions that are not what requests are signed with:
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
_OTHERWISE: Mapping[tuple[str, str], tuple[str, ...]] = {
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    ("s3api", "list-object-versions"): ("s3:ListBucketVersions",),
    ("s3api", "list-objects-v2"): ("s3:ListBucket",),
    ("s3api", "put-bucket-replication"): ("s3:PutReplicationConfiguration",),
    ("s3api", "copy-object"): ("s3:GetObject", "s3:PutObject"),
    ("s3api", "delete-objects"): ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3api", "head-object"): ("s3:GetObject",),
    # Commands of the CLI's own: https://docs.aws.amazon.com/cli/latest/reference/
    ("s3", "sync"): ("s3:ListBucket", "s3:GetObject", "s3:PutObject"),
    ("s3", "cp"): ("s3:PutObject",),
    ("ecr", "get-login-password"): ("ecr:GetAuthorizationToken",),
    ("eks", "update-kubeconfig"): ("eks:DescribeCluster",),
    ("logs", "tail"): ("logs:FilterLogEvents",),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
    ("apigatewaymanagementapi", "delete-connection"): ("execute-api:ManageConnections",),
}
_OF_THE_MACHINE = {"configure"}
"""Commands that ask nothing of AWS."""


def actions(words: list[str]) -> tuple[str, ...]:
    """The actions of a command, in IAM's spelling.

    Raises LookupError for one that is neither IAM's nor in the table above.
    """
    _, service, command, *_ = words
    if service in _OF_THE_MACHINE:
        return ()
    if (service, command) in _OTHERWISE:
        return _OTHERWISE[service, command]
    signed, _, operation = operation_of(words).partition(":")
    prefix = _PREFIXES.get(signed, signed)
    found = actions_of(prefix).get(operation.lower())
    if found is None:
        raise LookupError(f"aws {service} {command}: {prefix}:{operation} is no action of IAM's")
    return (found.name,)
