"""An Application Load Balancer."""

from collections.abc import Mapping
from typing import Protocol

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.log_bucket import LogBucket
from components.edge.certificate import Certificate, ExistingCertificate
from components.edge.load_balancer_settings import (
    LAST_PRIORITY,
    LoadBalancerSettings,
    RouteSettings,
    TargetGroupSettings,
)
from components.edge.origin_secret import HasOriginHeader
from components.edge.zone import AliasTarget
from components.network.security_group import HasSecurityGroup, SecurityGroup

SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.3 and 1.2 with forward secrecy:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"""


class HasPublicSubnets(Protocol):
    """A network with subnets that the internet reaches."""

    vpc_id: pulumi.Output[str]
    internet: aws.ec2.InternetGateway

    @property
    def public_subnet_ids(self) -> Mapping[str, pulumi.Input[str]]:
        """Subnet ids by availability zone."""
        ...


def cloudfront_prefix_list_id() -> str:
    """The id of the addresses that CloudFront calls origins from, in the stack's region: a call to AWS.

    The list weighs 55 of the 60 rules that a security group may have by default, so it fits once:
    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    return aws.ec2.get_managed_prefix_list(name="com.amazonaws.global.cloudfront.origin-facing").id


class LoadBalancer(Component):
    """An internet-facing load balancer without ingress until ``allow_cloudfront`` or ``allow_internet`` is called.

    With ``origin_secret``, its routes only take requests that carry one of its values, the default target's among them,
    and a last rule refuses everything else. It reaches its targets once they ``allow`` it. Access and connection logs
    go to ``access_logs``, in the same region.
    """

    def __init__(
        self,
        name: str,
        settings: LoadBalancerSettings,
        *,
        account: Account,
        network: HasPublicSubnets,
        certificate: Certificate | ExistingCertificate,
        access_logs: LogBucket,
        origin_secret: HasOriginHeader | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._vpc_id = network.vpc_id
        self._redirects = settings.redirect_http
        self._group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=f"Load balancer {name}", opts=self.child_options()
        )
        self.security_group_id = self._group.security_group_id
        balancer = self._balancer(settings, account, network, access_logs)
        self.arn = balancer.arn
        self.arn_suffix = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        self._targets = {key: self._target_group(key, group) for key, group in settings.target_groups.items()}
        self.listener_arn = self._listen(settings, certificate, refuse=origin_secret is not None)
        for key, route in settings.routes.items():
            self._route(key, route, origin_secret)
        if origin_secret is not None and settings.default_target is not None:
            self._refuse_strangers(settings.default_target, origin_secret)
        self.register_outputs({"arn": self.arn, "dnsName": self.dns_name, "listenerArn": self.listener_arn})

    def target_group(self, key: str) -> aws.lb.TargetGroup:
        """A target group, to register targets in and to watch. Raises KeyError for one that is not in the settings."""
        return self._targets[key]

    @property
    def alias_target(self) -> AliasTarget:
        """The target of alias records, with target health evaluated: it fails when no target is healthy."""
        return AliasTarget(self.dns_name, self.zone_id, evaluate_health=True)

    def allow_cloudfront(self, prefix_list_id: pulumi.Input[str]) -> None:
        """Adds ingress from CloudFront, which includes distributions of other accounts: give an origin secret too.

        The list counts as 55 of the 60 rules a group may have, so plain HTTP, which is only redirected, is open to all:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
        """
        self._group.allow_prefix_list(prefix_list_id, 443, "HTTPS from CloudFront")
        self._allow_redirects()

    def allow_internet(self) -> None:
        """Adds ingress from all IPv4 addresses."""
        self._group.allow_cidr("internet-https", "0.0.0.0/0", 443, "HTTPS from the internet")
        self._allow_redirects()

    def _allow_redirects(self) -> None:
        if self._redirects:
            self._group.allow_cidr("internet-http", "0.0.0.0/0", 80, "HTTP to be redirected to HTTPS")

    def reach(self, targets: HasSecurityGroup) -> None:
        """Lets the load balancer open any connection to ``targets``, which say themselves what they take."""
        self._group.allow_all_egress_to(targets, "Requests and health checks")

    def _balancer(
        self, settings: LoadBalancerSettings, account: Account, network: HasPublicSubnets, logs: LogBucket
    ) -> aws.lb.LoadBalancer:
        return aws.lb.LoadBalancer(
            self.child("alb"),
            name=settings.name,
            load_balancer_type="application",
            internal=False,
            subnets=[network.public_subnet_ids[zone] for zone in sorted(network.public_subnet_ids)],
            security_groups=[self.security_group_id],
            idle_timeout=settings.idle_timeout,
            enable_http2=True,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            enable_zonal_shift=True,  # so that nobody has to change it on the day that a zone is lost; it costs nothing
            enable_deletion_protection=account.safeguards.deletion_protection,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(
                bucket=logs.bucket_name, prefix=f"{self.name}/requests", enabled=True
            ),
            connection_logs=aws.lb.LoadBalancerConnectionLogsArgs(
                bucket=logs.bucket_name, prefix=f"{self.name}/connections", enabled=True
            ),
            # AWS makes none that faces the internet without a gateway, and detaches no gateway while it is there: the
            # deletion of one waits 20 minutes for that, which tasks that drain may take alone.
            opts=self.child_options(depends_on=[network.internet]),
        )

    def _target_group(self, key: str, settings: TargetGroupSettings) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            self.child(key),
            vpc_id=self._vpc_id,
            port=settings.port,
            protocol=settings.protocol,
            target_type=settings.target_type,
            deregistration_delay=settings.deregistration_delay,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=settings.health_path,
                protocol=settings.protocol,
                interval=settings.health_interval,
                timeout=settings.health_timeout,
                healthy_threshold=settings.healthy_threshold,
                unhealthy_threshold=settings.unhealthy_threshold,
                matcher="200",
            ),
            stickiness=None
            if settings.sticky_seconds is None
            else aws.lb.TargetGroupStickinessArgs(
                type="lb_cookie", enabled=True, cookie_duration=settings.sticky_seconds
            ),
            opts=self.child_options(),
        )

    def _listen(
        self, settings: LoadBalancerSettings, certificate: Certificate | ExistingCertificate, *, refuse: bool
    ) -> pulumi.Output[str]:
        if settings.redirect_http:
            aws.lb.Listener(
                self.child("http"),
                load_balancer_arn=self.arn,
                port=80,
                protocol="HTTP",
                default_actions=[
                    aws.lb.ListenerDefaultActionArgs(
                        type="redirect",
                        redirect=aws.lb.ListenerDefaultActionRedirectArgs(
                            port="443", protocol="HTTPS", status_code="HTTP_301"
                        ),
                    )
                ],
                opts=self.child_options(),
            )
        listener = aws.lb.Listener(
            self.child("https"),
            load_balancer_arn=self.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=SSL_POLICY,
            certificate_arn=certificate.arn,
            default_actions=[self._default_action(settings.default_target, refuse=refuse)],
            opts=self.child_options(),
        )
        return listener.arn

    def _default_action(self, target: str | None, *, refuse: bool) -> aws.lb.ListenerDefaultActionArgs:
        if target is not None:
            return aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=self._targets[target].arn)
        return aws.lb.ListenerDefaultActionArgs(
            type="fixed-response",
            fixed_response=aws.lb.ListenerDefaultActionFixedResponseArgs(
                content_type="text/plain",
                message_body="Forbidden" if refuse else "Not found",
                status_code="403" if refuse else "404",
            ),
        )

    def _refuse_strangers(self, target: str, secret: HasOriginHeader) -> None:
        """Two last rules before the default action, which has no conditions, so that it is never asked."""
        everything = RouteSettings(priority=LAST_PRIORITY - 2, target=target, paths=("/*",))
        self._rule(
            "to-rest",
            LAST_PRIORITY - 1,
            _conditions(everything, secret),
            aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=self._targets[target].arn),
        )
        refusal = aws.lb.ListenerRuleActionFixedResponseArgs(
            content_type="text/plain", message_body="Forbidden", status_code="403"
        )
        self._rule(
            "strangers",
            LAST_PRIORITY,
            _conditions(everything, None),
            aws.lb.ListenerRuleActionArgs(type="fixed-response", fixed_response=refusal),
        )

    def _route(self, key: str, route: RouteSettings, secret: HasOriginHeader | None) -> None:
        forward = aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=self._targets[route.target].arn)
        self._rule(f"to-{key}", route.priority, _conditions(route, secret), forward)

    def _rule(
        self,
        suffix: str,
        priority: int,
        conditions: list[aws.lb.ListenerRuleConditionArgs],
        action: aws.lb.ListenerRuleActionArgs,
    ) -> None:
        aws.lb.ListenerRule(
            self.child(suffix),
            listener_arn=self.listener_arn,
            priority=priority,
            conditions=conditions,
            actions=[action],
            opts=self.child_options(),
        )


def _conditions(route: RouteSettings, secret: HasOriginHeader | None) -> list[aws.lb.ListenerRuleConditionArgs]:
    """What a request must have: the route's paths and hosts, and one of the secret's values."""
    condition = aws.lb.ListenerRuleConditionArgs
    found = []
    if route.paths:
        found.append(condition(path_pattern=aws.lb.ListenerRuleConditionPathPatternArgs(values=list(route.paths))))
    if route.hosts:
        found.append(condition(host_header=aws.lb.ListenerRuleConditionHostHeaderArgs(values=list(route.hosts))))
    if secret is not None:
        header = aws.lb.ListenerRuleConditionHttpHeaderArgs(http_header_name=secret.header, values=secret.accepted)
        found.append(condition(http_header=header))
    return found
