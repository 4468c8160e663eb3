"""Rules about the exemptions themselves."""

from collections.abc import Iterator

from policy.dates import Dates
from policy.exemptions import Exemption, ExemptionUse
from policy.model import Finding, Kind, Level, Severity, rule

_LINK = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_securely_operate_aws_account.html"


def _named(exemption: Exemption, said: str) -> Finding:
    return Finding(f"exemption of {exemption.urn or 'nothing'} from {exemption.rule or 'no rule'}: {said}")


@rule(
    "exemption-complete",
    title="Every exemption names a rule, resources, a reason, an owner and a last day",
    severity=Severity.HIGH,
    types=(),
    remedy="Complete the entry in strata-policy.yaml, or remove it.",
    link=_LINK,
    kind=Kind.EXEMPTION,
)
def complete(use: ExemptionUse) -> Iterator[Finding]:
    """An exemption that nobody can review is a hole; a flawed one spares nothing."""
    for flaw in use.exemption.flaws:
        yield _named(use.exemption, flaw)
    if use.exemption.rule and not use.rule_exists:
        yield _named(use.exemption, "there is no such rule")
    if use.lasting:
        yield _named(use.exemption, f"its last day, {use.exemption.expires}, is more than two years off")


@rule(
    "exemption-current",
    title="No exemption has expired",
    severity=Severity.MEDIUM,
    types=(),
    remedy="Mend what was exempt and remove the entry, or have its owner decide again with a new last day.",
    link=_LINK,
    kind=Kind.EXEMPTION,
)
def current(use: ExemptionUse) -> Iterator[Finding]:
    """An exemption is a decision for a time; after its last day it spares nothing."""
    if use.expired:
        yield _named(use.exemption, f"it expired on {use.exemption.expires}")


@rule(
    "exemption-ending",
    title="No exemption ends within half a year",
    severity=Severity.LOW,
    types=(),
    remedy="Mend what is exempt, or have its owner decide again with a new last day, before the old one.",
    link=_LINK,
    kind=Kind.EXEMPTION,
    level=Level.ADVISORY,
    config=Dates,
)
def ending(use: ExemptionUse, config: Dates) -> Iterator[Finding]:
    """From the day after its last one, what was exempt stops deployments."""
    left = None if use.exemption.expires is None else config.left(use.exemption.expires)
    if left is not None and left >= 0:
        yield _named(use.exemption, f"its last day is {use.exemption.expires}, in {left} days")


@rule(
    "exemption-used",
    title="Every exemption spares something in the stack it names",
    severity=Severity.LOW,
    level=Level.ADVISORY,  # no danger, and a setting may take away what was spared
    types=(),
    remedy="Remove the entry, or correct its rule or URN pattern.",
    link=_LINK,
    kind=Kind.EXEMPTION,
)
def in_use(use: ExemptionUse) -> Iterator[Finding]:
    """What is spared for no violation would hide the next one."""
    if not (use.used or use.exemption.flaws or use.expired or use.lasting):
        yield _named(use.exemption, "it spares no violation")
