"""Domains of OpenSearch Service: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.form import Form
from settings.services.machines import known

DomainName = Annotated[
    str,
    Form(
        "(?=.{3})[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "a name of 3 to 28 lower-case letters, digits and single hyphens",
        "pages",
        most=28,
    ),
]
"""https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html"""

EngineVersion = Annotated[str, Form(r"OpenSearch_(2\.19|3\.\d{1,2})", "2.19 or a version of 3", "OpenSearch_2.19")]
"""2.19 is the last of 2.x; what is older costs extended support:
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html#choosing-version"""

InstanceType = Annotated[
    str,
    AfterValidator(lambda name: known(name, "opensearch")),
    Field(
        examples=["r6g.large.search"],
        description="A node with EBS storage, of the t3, c, m or r families",
    ),
]

_C, _M = ("c5", "c6g", "c7g", "c7i", "c8g"), ("m7g", "m7i", "m8g")
_SMALL_VOLUMES = {"t3.small": 100, "t3.medium": 200, "m5.large": 1024, "m6g.large": 1024}
_SMALL_VOLUMES |= {f"{family}.large": 256 for family in _C} | {f"{family}.xlarge": 512 for family in _C}
_SMALL_VOLUMES |= {f"{family}.2xlarge": 1024 for family in _C} | {f"{family}.4xlarge": 1536 for family in _C}
_SMALL_VOLUMES |= {"m7g.medium": 512, "m8g.medium": 512} | {f"{family}.large": 768 for family in _M}
_SMALL_VOLUMES |= {"r7g.medium": 768, "r8g.medium": 768, "r7g.large": 1536, "r7i.large": 1536, "r8g.large": 1532}
"""The largest gp3 volume, in GiB, of a node that takes less than 2 TiB:
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html#ebsresource"""

_FEW_NODES = 10
_SMALL = "t3."


def volume_problem(instance_type: str, volume_gib: int) -> str | None:
    """Why a node of that type takes no such volume; None where it does."""
    largest = _SMALL_VOLUMES.get(instance_type.removesuffix(".search"))
    if largest is None or volume_gib <= largest:
        return None
    return f"{volume_gib} is above {largest}, the largest of {instance_type}"


def master_problem(master_type: str | None, nodes: int) -> str | None:
    """Why so many data nodes cannot have masters of that type; None where they can."""
    if master_type is None or not master_type.startswith(_SMALL) or nodes <= _FEW_NODES:
        return None
    return f"{master_type} is for {_FEW_NODES} data nodes at the most (nodes is {nodes})"
