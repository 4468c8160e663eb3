"""Latency and geolocation routing of Route 53 between two regions that both serve.

The name is one of its own, ``near.…``, for others to stand for: records of one name and type all have one policy, and
the names before it are of those that fail over.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import pulumi
from pydantic import Field, model_validator

from settings import Problem, Region, Settings, refuse

Continent = Literal["AF", "AN", "AS", "EU", "NA", "OC", "SA"]
"""As Route 53 names them: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GeoLocation.html"""


class NearestSettings(Settings):
    """How Route 53 chooses while both regions serve; the recovery stack's ``recovery.beside`` says that it does.

    For an application that may be written in both regions, or that sends what is written to one of them: a promoted
    database follows nobody.
    """

    policy: Literal["latency", "geolocation"]
    """Whether the region counts that answers a user fastest, or where the user is."""
    continents: tuple[Continent, ...] = Field(default=(), max_length=7)
    """By geolocation: where the users are that the second region serves. All others, and those of whom Route 53 does
    not know where they are, are the home region's."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        located = self.policy == "geolocation"
        refuse(
            {
                Problem("continents", "is required by geolocation"): located and not self.continents,
                Problem("continents", "is for geolocation; latency is measured"): not located and bool(self.continents),
                Problem("continents", "names one twice"): len(set(self.continents)) < len(self.continents),
            },
        )
        return self


@dataclass(frozen=True)
class Near:
    """One region's record of a name: its set identifier and its routing policy."""

    policies: Mapping[str, dict[str, Sequence[Mapping[str, str]]]]
    health_check_id: pulumi.Input[str] | None = None
    """Of a region that does not always serve."""

    def args(self, identifier: str) -> dict[str, Any]:
        """What a record of it has beside its target."""
        return {
            "set_identifier": identifier,
            **self.policies[identifier],
            "health_check_id": self.health_check_id,
        }


def of_home(settings: NearestSettings, region: Region) -> Near:
    """The home region's routing: the default for all whom the second region's policy does not match.

    By geolocation that is the default record, without which Route 53 gives no answer to those it cannot place.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geo.html
    """
    if settings.policy == "latency":
        return Near({region: {"latency_routing_policies": [{"region": region}]}})
    return Near({"everybody": {"geolocation_routing_policies": [{"country": "*"}]}})


def of_second(settings: NearestSettings, region: Region, health_check_id: pulumi.Input[str]) -> Near:
    """The second region's routing, effective while the health check ``health_check_id`` passes."""
    if settings.policy == "latency":
        return Near({region: {"latency_routing_policies": [{"region": region}]}}, health_check_id)
    policies: dict[str, dict[str, Sequence[Mapping[str, str]]]] = {
        each: {"geolocation_routing_policies": [{"continent": each}]} for each in settings.continents
    }
    return Near(policies, health_check_id)
