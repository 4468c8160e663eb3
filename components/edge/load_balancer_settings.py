"""Settings of an Application Load Balancer: listeners, routes, target groups."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings import Name, Settings
from settings.services.edge import HostPattern, PathPattern, UrlPath


class TargetGroupSettings(Settings):
    """Where requests go, and how a target shows that it can take them. Times are in seconds.

    The load balancer speaks HTTPS to its targets unless told otherwise; it accepts whatever certificate they show.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
    """

    port: int = Field(ge=1, le=65535)
    protocol: Literal["HTTP", "HTTPS"] = "HTTPS"
    target_type: Literal["ip", "instance"] = "ip"
    health_path: UrlPath = "/health"
    health_interval: int = Field(default=30, ge=5, le=300)
    health_timeout: int = Field(default=5, ge=2, le=120)
    healthy_threshold: int = Field(default=2, ge=2, le=10)
    unhealthy_threshold: int = Field(default=3, ge=2, le=10)
    deregistration_delay: int = Field(default=60, ge=0, le=3600)
    sticky_seconds: int | None = Field(default=None, ge=1, le=604800)

    @model_validator(mode="after")
    def _answers_in_time(self) -> Self:
        if self.health_timeout >= self.health_interval:
            raise ValueError(
                f"healthTimeout: {self.health_timeout} is not below healthInterval: {self.health_interval}"
            )
        return self


LAST_PRIORITY = 50_000
"""The last that a listener has; the last two are for what no route takes:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html"""


class RouteSettings(Settings):
    """Sends requests for some paths, or some host names, to a target group; the lowest ``priority`` wins.

    A rule holds five values, of which two are kept for the secrets of the distribution in front:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    """

    priority: int = Field(ge=1, le=LAST_PRIORITY - 2)
    target: Name
    paths: tuple[PathPattern, ...] = ()
    hosts: tuple[HostPattern, ...] = ()

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        if not 1 <= len(self.paths) + len(self.hosts) <= 3:
            raise ValueError("paths and hosts must name one to three values between them")
        return self


class LoadBalancerSettings(Settings):
    """``idle_timeout`` in seconds: how long a WebSocket may stay silent (60 is the default of AWS, 4000 the most).

    What no route takes goes to ``default_target``, or is answered with 404. ``redirect_http`` also listens on port 80
    and sends callers to HTTPS, for a load balancer that users reach by themselves.
    """

    name: Annotated[Name, Field(max_length=32)] | None = None
    """A fixed name in AWS, for an operator who looks for it; with one, replacing the load balancer means a pause."""
    target_groups: dict[Name, TargetGroupSettings] = Field(min_length=1)
    routes: dict[Name, RouteSettings] = Field(default_factory=dict)
    default_target: Name | None = None
    idle_timeout: int = Field(default=3600, ge=1, le=4000)
    redirect_http: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        priorities = [route.priority for route in self.routes.values()]
        twice = sorted({p for p in priorities if priorities.count(p) > 1})
        if twice:
            raise ValueError(f"routes: several have priority {', '.join(map(str, twice))}")
        targets = {f"routes.{key}.target": route.target for key, route in self.routes.items()}
        if self.default_target is not None:
            targets["defaultTarget"] = self.default_target
        for path, target in targets.items():
            if target not in self.target_groups:
                known = ", ".join(sorted(self.target_groups))
                raise ValueError(f"{path}: there is no target group {target!r}; there are: {known}")
        return self
