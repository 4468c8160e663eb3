"""Elastic Beanstalk environments and Auto Scaling groups: watched, upgraded, replaced when they fail."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule

ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment"
SCALING_GROUP = "aws:autoscaling/group:Group"
_NAMESPACE = "aws:elasticbeanstalk:"
# Namespace, option, what it must be, and what is wrong when it is said to be something else.
_OPTIONS = (
    ("managedactions", "ManagedActionsEnabled", "true", "keeps platform versions with known flaws"),
    ("healthreporting:system", "SystemType", "enhanced", "reports its health without detail"),
    ("cloudwatch:logs", "StreamLogs", "true", "keeps its logs on machines that come and go"),
)


@rule(
    "beanstalk-looked-after",
    title="Elastic Beanstalk environments are upgraded, watched and logged",
    severity=Severity.MEDIUM,
    types=[ENVIRONMENT],
    frameworks={
        "FSBP": ("ElasticBeanstalk.1", "ElasticBeanstalk.2", "ElasticBeanstalk.3"),
        "Checkov": ("CKV_AWS_312", "CKV_AWS_340"),
    },
    remedy="Set ManagedActionsEnabled, SystemType to enhanced, and StreamLogs among the settings.",
    link="https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html",
    level=Level.ADVISORY,
)
def looked_after(environment: Resource) -> Iterator[Finding]:
    """What is not said here may be said in the application's own configuration files; what is said wins over those."""
    for setting in environment.blocks("settings"):
        for namespace, name, right, wrong in _OPTIONS:
            asked = setting.has("namespace", _NAMESPACE + namespace) and setting.has("name", name)
            if asked and setting.lacks("value", right):
                yield Finding(wrong, setting.path("value"))


@rule(
    "autoscaling-balancer-health",
    title="Auto Scaling groups behind a balancer replace what the balancer finds dead",
    severity=Severity.LOW,
    types=[SCALING_GROUP],
    frameworks={"FSBP": "AutoScaling.1"},
    remedy="Set healthCheckType to ELB.",
    link="https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html",
    level=Level.ADVISORY,
)
def balancer_health(group: Resource) -> Iterator[Finding]:
    """A machine that runs while its program does not is healthy to EC2, and gets no requests for ever."""
    behind = group.has("targetGroupArns") or group.has("loadBalancers")
    if behind and group.lacks("healthCheckType", "ELB"):
        yield Finding("keeps machines whose program is dead", "healthCheckType")
