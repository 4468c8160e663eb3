"""AWS Config, GuardDuty, Security Hub, Inspector, Macie and X-Ray: where a stack registers them, they are on."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

RECORDER = "aws:cfg/recorder:Recorder"
RECORDER_STATUS = "aws:cfg/recorderStatus:RecorderStatus"
DELIVERY_CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
DETECTOR = "aws:guardduty/detector:Detector"
DETECTOR_FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
SECURITY_HUB = "aws:securityhub/account:Account"
INSPECTOR = "aws:inspector2/enabler:Enabler"
MACIE = "aws:macie2/account:Account"
XRAY = "aws:xray/encryptionConfig:EncryptionConfig"
_SCANNED = ("EC2", "ECR", "LAMBDA")


@rule(
    "config-all-resources",
    title="AWS Config records every kind of resource",
    severity=Severity.MEDIUM,
    types=[RECORDER],
    frameworks={"FSBP": "Config.1", "Checkov": "CKV2_AWS_48"},
    remedy="Set recordingGroup.allSupported, and no exclusions.",
    link="https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",
)
def all_resources(recorder: Resource) -> Iterator[Finding]:
    """What is not recorded changes without a trace."""
    if recorder.has("recordingGroup.allSupported", False):
        yield Finding("records some kinds of resources only", "recordingGroup.allSupported")
    if recorder.has("recordingGroup.exclusionByResourceTypes"):
        yield Finding("leaves kinds of resources out", "recordingGroup.exclusionByResourceTypes")


@stack_rule(
    "config-recording",
    title="Recorders of AWS Config run and deliver",
    severity=Severity.MEDIUM,
    types=[RECORDER],
    frameworks={"FSBP": "Config.1", "Checkov": "CKV2_AWS_45"},
    remedy="Add a DeliveryChannel, and a RecorderStatus with isEnabled.",
    link="https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html",
)
def recording(recorder: Resource, graph: Graph) -> Iterator[Finding]:
    """A recorder is made switched off, and does not start without a channel."""
    statuses = graph.companions(recorder, RECORDER_STATUS, by="name")
    running = any(not status.lacks("isEnabled", True) for status in statuses)
    if not running and not graph.unresolved(RECORDER_STATUS, "name"):
        yield Finding("is not started")
    if not graph.of(DELIVERY_CHANNEL):
        yield Finding("has no delivery channel")


@rule(
    "guardduty-enabled",
    title="GuardDuty and its protections are on",
    severity=Severity.HIGH,
    types=[DETECTOR, DETECTOR_FEATURE],
    frameworks={
        "FSBP": ("GuardDuty.1", "GuardDuty.5", "GuardDuty.6", "GuardDuty.8", "GuardDuty.9", "GuardDuty.10"),
        "Checkov": "CKV_AWS_238",
    },
    remedy="Leave enable on, and set the status of features to ENABLED.",
    link="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-features-activation-model.html",
)
def guardduty(detector: Resource) -> Iterator[Finding]:
    """It sees stolen credentials, mining and exfiltration in logs that nobody reads."""
    if detector.has("enable", False):
        yield Finding("is switched off", "enable")
    if detector.has("status", "DISABLED"):
        yield Finding("is switched off", "status")


@rule(
    "securityhub-controls",
    title="Security Hub checks its standards as they grow",
    severity=Severity.LOW,
    types=[SECURITY_HUB],
    frameworks={"Well-Architected": "SEC04-BP03"},
    remedy="Leave enableDefaultStandards and autoEnableControls on.",
    link="https://docs.aws.amazon.com/securityhub/latest/userguide/controls-auto-enable.html",
    level=Level.ADVISORY,
)
def securityhub(account: Resource) -> Iterator[Finding]:
    """A hub without standards collects findings and makes none."""
    for key in ("enableDefaultStandards", "autoEnableControls"):
        if account.has(key, False):
            yield Finding("does not take up new controls", key)


@rule(
    "inspector-scans",
    title="Inspector scans instances, images and functions",
    severity=Severity.MEDIUM,
    types=[INSPECTOR],
    frameworks={"FSBP": ("Inspector.1", "Inspector.2", "Inspector.4")},
    remedy=f"Set resourceTypes to {', '.join(_SCANNED)}.",
    link="https://docs.aws.amazon.com/inspector/latest/user/scanning-resources.html",
    level=Level.ADVISORY,
)
def inspector(enabler: Resource) -> Iterator[Finding]:
    """Flaws become known after the image was built."""
    missing = [kind for kind in _SCANNED if enabler.omits("resourceTypes", kind)]
    if missing:
        yield Finding(f"does not scan {', '.join(missing)}", "resourceTypes")


@rule(
    "macie-enabled",
    title="Macie is on",
    severity=Severity.MEDIUM,
    types=[MACIE],
    frameworks={"FSBP": "Macie.1", "CIS": "3.1.3"},
    remedy="Set status to ENABLED.",
    link="https://docs.aws.amazon.com/macie/latest/user/macie-suspend-macie.html",
    level=Level.ADVISORY,
)
def macie(account: Resource) -> Iterator[Finding]:
    """It tells which buckets hold personal data, and which of them others can read."""
    if account.has("status", "PAUSED"):
        yield Finding("is paused", "status")


@rule(
    "xray-customer-key",
    title="Traces are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[XRAY],
    frameworks={"Well-Architected": "SEC08-BP02"},
    remedy="Set type to KMS and keyId.",
    link="https://docs.aws.amazon.com/xray/latest/devguide/xray-console-encryption.html",
)
def xray(config: Resource) -> Iterator[Finding]:
    """Traces hold addresses, users and the text of queries."""
    if config.lacks("type", "KMS"):
        yield Finding("is encrypted with the key that AWS manages", "type")
    elif config.lacks("keyId"):
        yield Finding("names no key", "keyId")
