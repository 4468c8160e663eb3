"""Policies of VPC endpoints: identities and resources of this account only, against data exfiltration.

After AWS's data perimeter: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
"""

from components.account import Account
from components.statements import Statement

_ANYONE = "*"
_POLLED = {
    "lambda": ("lambda:InvokeFunction", "lambda", "function:*"),
    "sts": ("sts:AssumeRole", "iam", "role/*"),
}


def endpoint_statements(account: Account, service: str, *, polled: bool = False) -> list[Statement]:
    """The policy of the endpoint of one service, by the service's name in ``com.amazonaws.<region>.<service>``.

    ``polled`` says that Lambda's pollers come by the endpoints to functions and roles.
    """
    own = {"aws:PrincipalAccount": account.id}
    if service in ("s3", "dynamodb"):
        data = Statement(
            "OwnIdentitiesOwnData",
            [f"{service}:*"],
            ["*"],
            {"StringEquals": {**own, "aws:ResourceAccount": account.id}},
            principals=_ANYONE,
        )
        return [data, _public_packages(account)] if service == "s3" else [data]
    if service == "execute-api":
        # Callers of an API may be signed by nobody; the APIs they reach are this account's.
        arns = [account.arn("execute-api", "*")]
        return [Statement("OwnApis", ["execute-api:Invoke"], arns, principals=_ANYONE)]
    identities = Statement("OwnIdentities", ["*"], ["*"], {"StringEquals": own}, principals=_ANYONE)
    pollers = [_pollers(account, service)] if polled and service in _POLLED else []
    return [identities, *([_federation(account)] if service == "sts" else []), *pollers]


def _public_packages(account: Account) -> Statement:
    """Lets nodes read what others own: image layers of ECR and of registry.k8s.io, and Amazon Linux packages.

    Image layers are fetched with links that the registry signed, or unsigned; all three are served from S3 in the
    node's own region, so they come through this endpoint:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway
    https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/internal/app/buckets.go
    https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/vpc_endpoint_policies
    """
    region = account.region
    buckets = [
        f"prod-{region}-starport-layer-bucket",
        f"prod-registry-k8s-io-{region}",
        f"al2023-repos-{region}-de612dc2",
    ]
    arns = [f"arn:{account.partition}:s3:::{bucket}/*" for bucket in buckets]
    return Statement("PublicPackages", ["s3:GetObject"], arns, principals=_ANYONE)


def _pollers(account: Account, service: str) -> Statement:
    """Lets Lambda, which is in no account, take the roles of functions and call them for what it polls.

    https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html#msk-vpc-privatelink
    """
    action, kind, resource = _POLLED[service]
    arn = account.arn(kind, resource, region="" if kind == "iam" else None)
    return Statement("OwnPollers", [action], [arn], principals={"Service": ["lambda.amazonaws.com"]})


def _federation(account: Account) -> Statement:
    """Lets a service account's token be exchanged for a role of this account; such a caller has no account yet."""
    return Statement(
        "OwnRolesByFederation",
        ["sts:AssumeRoleWithWebIdentity"],
        ["*"],
        {"StringEquals": {"aws:ResourceAccount": account.id}},
        principals={"Federated": ["*"]},
    )
