"""How a recovery region takes over from the home region, and keeps the requests when that one returns.

A health check of the home region alone would hand the requests back as soon as it answers again, to stores that have
missed what was written meanwhile. So home counts as well only as long as nothing in the recovery region says that it
has taken over. A promotion makes it say so, without Route 53's control plane ("standby takes over primary"):
https://aws.amazon.com/blogs/networking-and-content-delivery/creating-disaster-recovery-mechanisms-using-amazon-route-53/
"""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.edge.certificate import Certificate
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.static_page import UNAVAILABLE, StaticPage, StaticPageSettings
from components.edge.zone import Zone
from settings import DomainName

_TAKEN = 200
_CHILDREN = 2


class HomeHealth(Component):
    """Well while ``home`` is, and while nothing answers under ``taken_over``, which need not exist.

    ``served_check_id`` is well while either of the two is: for an alarm, which home's own check would keep ringing for
    as long as the other region serves.
    """

    def __init__(
        self, name: str, *, home: HealthCheck, taken_over: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        elsewhere = aws.route53.HealthCheck(
            self.child("not-taken-over"),
            type="HTTPS",
            fqdn=taken_over,
            port=443,
            resource_path="/",
            enable_sni=True,
            failure_threshold=3,
            request_interval=30,
            invert_healthcheck=True,
            tags={"Name": f"{name}-not-taken-over"},
            opts=self.child_options(),
        )
        both = aws.route53.HealthCheck(
            self.child("check"),
            type="CALCULATED",
            child_healthchecks=[home.health_check_id, elsewhere.id],
            child_health_threshold=_CHILDREN,
            tags={"Name": name},
            opts=self.child_options(),
        )
        self.health_check_id = both.id
        taken = HealthCheck(
            self.child("taken-over"), HealthCheckSettings(domain=taken_over, path="/"), opts=self.child_options()
        )
        served = aws.route53.HealthCheck(
            self.child("served"),
            type="CALCULATED",
            child_healthchecks=[home.health_check_id, taken.health_check_id],
            child_health_threshold=1,
            tags={"Name": f"{name}-served"},
            opts=self.child_options(),
        )
        self.served_check_id = served.id
        self.register_outputs({"healthCheckId": self.health_check_id, "servedCheckId": self.served_check_id})


class Takeover(Component):
    """An endpoint at ``domain`` that answers 200 once the recovery region is ``promoted``, and 503 before.

    ``certificate`` must carry the name, in the stack's region. The record stands from the beginning.
    """

    def __init__(
        self,
        name: str,
        *,
        domain: DomainName,
        promoted: bool,
        zone: Zone,
        certificate: Certificate,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        page = StaticPage(
            self.child("page"),
            StaticPageSettings(domain=domain),
            certificate=certificate,
            status=_TAKEN if promoted else UNAVAILABLE,
            opts=self.child_options(),
        )
        zone.alias(domain, page.alias_target)
        self.register_outputs({})
