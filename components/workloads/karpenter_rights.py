"""The IAM statements of the Karpenter controller."""

import pulumi

from components.account import Account
from components.statements import Condition, Grant, Statement

_OWN_KINDS = ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")


def controller_rights(
    account: Account, cluster_name: str, *, node_role_arn: pulumi.Input[str], profile_arn: pulumi.Input[str]
) -> Grant:
    """Launches and ends instances that carry this cluster's tags, and nothing else.

    The scopes are upstream's for 1.14 (https://karpenter.sh/v1.14/reference/cloudformation/#controller-authorization),
    without those for what this program does not use: instance profiles of Karpenter's own making, placement groups and
    capacity reservations to launch into, and zonal shift.
    """
    return Grant(
        _launch(account, cluster_name),
        _mark_and_end(account, cluster_name),
        _read(account, cluster_name),
        Statement(
            "PassNodeRole",
            ["iam:PassRole"],
            [node_role_arn],
            {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        Statement("ReadInstanceProfile", ["iam:GetInstanceProfile"], [profile_arn]),
    )


def _launch(account: Account, cluster_name: str) -> Grant:
    launch = ["ec2:CreateFleet", "ec2:RunInstances"]
    return Grant(
        Statement(
            "LaunchFrom",
            launch,
            [
                f"arn:{account.partition}:ec2:{account.region}::image/*",
                f"arn:{account.partition}:ec2:{account.region}::snapshot/*",
                account.arn("ec2", "security-group/*"),
                account.arn("ec2", "subnet/*"),
            ],
        ),
        Statement(
            "LaunchFromOwnTemplates",
            launch,
            [account.arn("ec2", "launch-template/*")],
            _owned("Resource", cluster_name),
        ),
        Statement("LaunchTagged", [*launch, "ec2:CreateLaunchTemplate"], _own(account), _requested(cluster_name)),
        Statement(
            "TagAtLaunch",
            ["ec2:CreateTags"],
            _own(account),
            _requested(cluster_name, {"ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]}),
        ),
    )


def _mark_and_end(account: Account, cluster_name: str) -> Grant:
    owned = _owned("Resource", cluster_name)
    return Grant(
        Statement(
            "TagOwnInstances",
            ["ec2:CreateTags"],
            [account.arn("ec2", "instance/*")],
            {
                **owned,
                "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": cluster_name},
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
                },
            },
        ),
        Statement(
            "EndOwn",
            ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
            [account.arn("ec2", "instance/*"), account.arn("ec2", "launch-template/*")],
            owned,
        ),
    )


def _read(account: Account, cluster_name: str) -> Grant:
    return Grant(
        Statement(
            "ReadRegion",
            [
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceStatus",
                "ec2:DescribeInstanceTypeOfferings",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribePlacementGroups",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSpotPriceHistory",
                "ec2:DescribeSubnets",
            ],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": account.region}},
        ),
        Statement(
            "ReadImageParameters",
            ["ssm:GetParameter"],
            [f"arn:{account.partition}:ssm:{account.region}::parameter/aws/service/*"],
        ),
        Statement("ReadPricesAndProfiles", ["iam:ListInstanceProfiles", "pricing:GetProducts"], ["*"]),
        Statement("FindCluster", ["eks:DescribeCluster"], [account.arn("eks", f"cluster/{cluster_name}")]),
    )


def _own(account: Account) -> list[str]:
    return [account.arn("ec2", f"{kind}/*") for kind in _OWN_KINDS]


def _owned(kind: str, cluster_name: str) -> dict[str, dict[str, str]]:
    return {
        "StringEquals": {f"aws:{kind}Tag/kubernetes.io/cluster/{cluster_name}": "owned"},
        "StringLike": {f"aws:{kind}Tag/karpenter.sh/nodepool": "*"},
    }


def _requested(cluster_name: str, more: dict[str, list[str]] | None = None) -> Condition:
    tags = _owned("Request", cluster_name)
    equals = {**tags["StringEquals"], "aws:RequestTag/eks:eks-cluster-name": cluster_name, **(more or {})}
    return {"StringEquals": equals, "StringLike": tags["StringLike"]}
