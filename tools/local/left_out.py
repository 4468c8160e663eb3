"""What is not made at the emulator, and why, in one block."""

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, ...]] = {
    "nothing runs in a network here; functions and servers are on loopback": (
        "aws:ec2/", "aws:vpc/", "aws:elasticache/subnetGroup",
    ),
    "no name, certificate or edge leads to loopback; ask the addresses below": (
        "aws:acm/", "aws:cloudfront/", "aws:lb/", "aws:route53/", "aws:wafv2/",
    ),
    "the emulator starts these in containers; a process of this machine stands for them, or nothing": (
        "aws:appautoscaling/", "aws:ecr/", "aws:ecs/", "aws:elasticache/", "aws:scheduler/",
    ),
    "it judges or counts what happens in AWS": (
        "aws:backup/", "aws:budgets/", "aws:cloudwatch/dashboard",
        "aws:cloudwatch/logDelivery", "aws:cloudwatch/logMetricFilter", "aws:cloudwatch/logResourcePolicy",
        "aws:cloudwatch/metricAlarm", "aws:cloudwatch/queryDefinition", "aws:cloudwatch/event", "aws:costexplorer/",
    ),
    "the emulator does not rotate: it calls no function, so secrets are given values here": (
        "aws:secretsmanager/secretRotation", "aws:lambda/invocation", "random:",
    ),
    "Lambda's own machines need it; functions have this machine's packages": ("aws:lambda/layerVersion",),
    "nobody asks here whether a role may (the emulator lets every caller do all)": (
        "aws:iam/rolePolicyAttachment", "aws:apigateway/account",
    ),
    "it is about objects that become old, or about who read them": (
        "aws:s3/bucketLifecycleConfiguration", "aws:s3/bucketLogging",
    ),
    "of another region than the stack's; one is emulated": ("aws:kms/", "aws:sns/", "aws:cloudwatch/logGroup"),
}  # fmt: skip
"""By what types begin with; the first reason that fits holds."""


def reason(token: str) -> str:
    """Why a type is left out. Raises KeyError for one of which nobody has said that."""
    for why, beginnings in REASONS.items():
        if token.startswith(beginnings):
            return why
    raise KeyError(token)


def lines(left_out: Mapping[str, int]) -> list[str]:
    """The block: reasons, and of each the services with how many resources."""
    found: dict[str, dict[str, int]] = {}
    for token, number in left_out.items():
        counted = found.setdefault(reason(token), {})
        service = token.split(":")[1].split("/")[0] if token.startswith("aws:") else token.split(":")[0]
        counted[service] = counted.get(service, 0) + number
    return [
        f"  {', '.join(f'{service} {number}' for service, number in sorted(counted.items()))}: {why}"
        for why, counted in found.items()
    ]
