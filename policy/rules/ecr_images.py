"""ECR: how long images stay, and how the registry scans."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
_LINK = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"


@stack_rule(
    "ecr-lifecycle",
    title="Repositories let old images go",
    severity=Severity.LOW,
    types=[REPOSITORY],
    frameworks={"FSBP": "ECR.3"},
    remedy="Add a LifecyclePolicy that expires untagged and surplus images.",
    link=_LINK + "LifecyclePolicies.html",
    level=Level.ADVISORY,
)
def lifecycle(repository: Resource, graph: Graph) -> Iterator[Finding]:
    """Old images cost money and keep their flaws within reach of a pull."""
    if not graph.may_have(repository, LIFECYCLE, by="repository"):
        yield Finding("keeps every image for ever")


@rule(
    "ecr-registry-scanning",
    title="The registry scans every image it is given",
    severity=Severity.HIGH,
    types=[SCANNING],
    frameworks={"FSBP": "ECR.1"},
    remedy="Give each rule the scanFrequency SCAN_ON_PUSH or CONTINUOUS_SCAN, one of them for all repositories (`*`).",
    link=_LINK + "image-scanning.html",
)
def registry_scanning(configuration: Resource) -> Iterator[Finding]:
    """The registry's rules outdo what each repository says about scanning."""
    for each in configuration.blocks("rules"):
        if each.has("scanFrequency", "MANUAL"):
            yield Finding("leaves scanning to chance", each.path("scanFrequency"))
    if configuration.lacks("rules"):
        yield Finding("scans nothing when pushed", "rules")
