"""Version, size and times of an OpenSearch domain."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from components.versions import OPENSEARCH
from resource_types.machines import known
from settings import Environment, Name, Settings

QUORUM = 3
"""So many nodes still have a majority when one of them is gone."""

MOST_ZONES = 3
"""So many zones a domain stands in at the most."""

_SMALL_VOLUME_GIB = 170
_TWO = 2

InstanceType = Annotated[
    str,
    AfterValidator(lambda name: known(name, "opensearch")),
    Field(
        examples=["r6g.large.search"],
        description="A node with EBS storage, of the t3, c, m or r families",
    ),
]


class SearchDomainSettings(Settings):
    """The shape of a domain; storage is gp3, in GiB for each data node.

    Bounds: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html
    """

    domain_name: Annotated[Name, Field(min_length=3, max_length=28)]
    engine_version: str = Field(default=OPENSEARCH.value, pattern=r"^OpenSearch_(2\.19|3\.\d+)$")
    """2.19 is the last of 2.x; what is older costs extended support:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html#choosing-version"""
    instance_type: InstanceType = "r6g.large.search"
    nodes: int = Field(default=QUORUM, ge=1, le=80)
    """Data nodes, spread over as many zones as the network's data tier has, three at the most. Over two zones their
    number has to be even (J-CONF-05)."""
    volume_gib: int = Field(default=100, ge=10, le=2048)
    master_type: InstanceType | None = None
    """Three dedicated masters of this type; without it the data nodes are masters as well, which AWS advises against
    for large domains:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html"""
    off_peak_start: str = Field(default="02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["02:00"])
    """When the ten hours a day begin, in UTC, in which AWS may update the service software and tune the nodes."""
    create_service_linked_role: bool = False
    """Makes AWSServiceRoleForAmazonOpenSearchService. A domain in a VPC cannot do without it, an account has exactly
    one, and IAM refuses a second: switch this on in the first stack of an account that has never had a domain, and in
    no other. The role stays when the stack goes."""

    @field_validator("nodes")
    @classmethod
    def _quorum(cls, value: int, info: ValidationInfo) -> int:
        environment = (info.context or {}).get("environment")
        if isinstance(environment, Environment) and environment.safeguards.multi_az and value < QUORUM:
            raise ValueError(f"{value} is below {QUORUM}, without which {environment} loses writes with one node")
        return value

    def zones_of(self, offered: int) -> int:
        """Over how many of the zones ``offered`` the data nodes are spread."""
        return min(self.nodes, offered, MOST_ZONES)

    def uneven_over(self, offered: int) -> str | None:
        """What is wrong with an odd number of nodes where two zones are ``offered``, as a sentence about ``nodes``.

        https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html
        """
        if self.zones_of(offered) != _TWO or self.nodes % _TWO == 0:
            return None
        return f"nodes: {self.nodes} is odd, which OpenSearch refuses over the data tier's two zones; add one or a zone"

    @property
    def performance(self) -> dict[str, int]:
        """IOPS and MiB/s that come with a gp3 volume of this size at no charge, which is also the least it can have.

        https://aws.amazon.com/opensearch-service/pricing/
        https://github.com/hashicorp/terraform-provider-aws/issues/39136
        """
        return {
            "iops": max(3000, self.volume_gib * 3),
            "throughput": 125 if self.volume_gib <= _SMALL_VOLUME_GIB else 250,
        }
