"""Amazon Resource Names: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""

from pydantic import AfterValidator

from settings.provider import unknown_region

_REGION = 3


def region_of(arn: str) -> str:
    """The region that an ARN names; empty for what is of no region."""
    return arn.split(":")[_REGION]


def _in_a_region(arn: str) -> str:
    if wrong := unknown_region(region_of(arn)):
        raise ValueError(wrong)
    return arn


KNOWN_REGION = AfterValidator(_in_a_region)
"""The ARN's region is one that there is."""
