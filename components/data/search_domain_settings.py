"""Settings of an OpenSearch Service domain: version, nodes, storage, maintenance."""

from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from components.versions import OPENSEARCH
from settings import Environment, Problem, Settings, refuse
from settings.services.opensearch import DomainName, EngineVersion, InstanceType, master_problem, volume_problem
from settings.services.windows import Clock

QUORUM = 3
"""So many nodes still have a majority when one of them is gone."""

MOST_ZONES = 3
"""So many zones a domain stands in at the most."""

_SMALL_VOLUME_GIB = 170
_TWO = 2


class SearchDomainSettings(Settings):
    """The shape of a domain; storage is gp3, in GiB for each data node.

    Bounds: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html
    """

    domain_name: DomainName
    """The domain's name in AWS; another one replaces the domain."""
    engine_version: EngineVersion = OPENSEARCH.value
    """The version; only a higher one can follow."""
    instance_type: InstanceType = "r6g.large.search"
    nodes: int = Field(default=QUORUM, ge=1, le=80)
    """Data nodes, spread over as many zones as the network's data tier has, three at the most. Over two zones their
    number has to be even (J-CONF-05)."""
    volume_gib: int = Field(default=100, ge=10, le=2048)
    """Each data node's volume (gp3), in GiB."""
    master_type: InstanceType | None = None
    """Three dedicated masters of this type; without it the data nodes are masters as well, which AWS advises against
    for large domains:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html"""
    off_peak_start: Clock = "02:00"
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

    @model_validator(mode="after")
    def _carried(self) -> Self:
        volume = volume_problem(self.instance_type, self.volume_gib)
        masters = master_problem(self.master_type, self.nodes)
        refuse({Problem("volumeGib", volume or ""): bool(volume), Problem("masterType", masters or ""): bool(masters)})
        return self

    def zones_of(self, offered: int) -> int:
        """Over how many of the zones ``offered`` the data nodes are spread."""
        return min(self.nodes, offered, MOST_ZONES)

    def uneven_over(self, offered: int, where: str = "") -> Problem | None:
        """What is wrong with an odd number of nodes where two zones are ``offered``; ``where`` the settings lie.

        https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html
        """
        if self.zones_of(offered) != _TWO or self.nodes % _TWO == 0:
            return None
        said = f"{self.nodes} is odd, which OpenSearch refuses over the data tier's two zones; add one or a zone"
        return Problem(f"{where}nodes", said)

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
