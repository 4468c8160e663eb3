"""Whatever guards in a stack, switched off or lowered, is said to widen; the way back is not."""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from analyser.analyses.changes.changes import changes
from analyser.analyses.changes.edits import hidden
from analyser.analyses.changes.pairing import Resource, pairs
from analyser.analyses.changes.widening import widened
from analyser.analyses.report import inputs
from tests.analyser.analyses.changes.documents import preview, resource
from tests.stacks import STACKS, stack_graph

GONE = object()


@dataclass(frozen=True)
class Flip:
    """A way to loosen what a path holds."""

    path: str
    """A pattern of how a path ends, without places in lists."""
    kind: str
    looser: Callable[[Any], Any]
    """The looser value; the same one where this value is loose already."""
    least: int = 1
    """How many types of the stacks have one."""


def to(value: Any, unless: tuple[Any, ...] = ()) -> Callable[[Any], Any]:
    return lambda found: found if found in (value, *unless) else value


def swap(before: str, after: str) -> Callable[[Any], Any]:
    return lambda found: str(found).replace(before, after)


def shorter(found: Any) -> Any:
    return max(1, found // 2) if isinstance(found, int) else found


def gone(found: Any) -> Any:
    return GONE


off, on = to(False, (False, "false", None)), to(True, (True, "true"))
FLIPS = (
    Flip(r"storageEncrypted|encrypted|atRestEncryptionEnabled|transitEncryptionEnabled|enforceHttps|requireTls",
         "encryption", off, 6),
    Flip(r"(encryptAtRest|nodeToNodeEncryption|serverSideEncryption)\.enabled|cacheDataEncrypted|inCluster",
         "encryption", off, 3),
    Flip(r".*[kK]ms(Encryption|Master)?Key(Id|Arn)?", "encryption", gone, 20),
    Flip(r"transitEncryptionMode", "encryption", to("preferred")),
    Flip(r"clientBroker", "encryption", to("PLAINTEXT")),
    Flip(r"sseAlgorithm|encryptionType", "encryption", to("AES256"), 2),
    Flip(r"sslPolicy", "encryption", to("ELBSecurityPolicy-TLS13-1-0-2021-06")),
    Flip(r"securityPolicy|tlsSecurityPolicy",
         "encryption", lambda found: re.sub(r"1([-_])2", r"1\g<1>0", str(found)), 2),
    Flip(r"minimumProtocolVersion", "encryption", swap("TLSv1.2_2021", "TLSv1.1_2016")),
    Flip(r"viewerProtocolPolicy", "encryption", to("allow-all")),
    Flip(r"originProtocolPolicy", "encryption", to("http-only")),
    Flip(r"httpTokens", "encryption", to("optional")),
    Flip(r"tlsPolicy", "encryption", to("OPTIONAL")),
    Flip(r"enableKeyRotation", "encryption", off),
    Flip(r"publiclyAccessible|mapPublicIpOnLaunch|assignPublicIp|endpointPublicAccess", "ingress", on, 4),
    Flip(r"blockPublicAcls|blockPublicPolicy|ignorePublicAcls|restrictPublicBuckets", "ingress", off, 2),
    Flip(r"allowUnauthenticatedIdentities|clientAuthentication\.unauthenticated|anonymousAuthEnabled",
         "ingress", on, 3),
    Flip(r"publicAccess\.type", "ingress", to("SERVICE_PROVIDED_EIPS")),
    Flip(r"authorization|authorizationType|defaultAuthScheme", "ingress", to("NONE"), 3),
    Flip(r"authorizerId", "ingress", gone, 2),
    Flip(r"mfaConfiguration", "ingress", to("OFF")),
    Flip(r"authenticationMode\.type", "ingress", to("no-password-required")),
    Flip(r"minimumLength", "ingress", lambda found: found - 2),
    Flip(r"requireLowercase|requireUppercase|requireNumbers|requireSymbols", "ingress", off),
    Flip(r"customAuthMode", "ingress", to("AUDIT")),
    Flip(r"eventAction", "ingress", to("NO_ACTION")),
    Flip(r"retentionInDays", "retention", shorter),
    Flip(r"backupRetentionPeriod|snapshotRetentionLimit|messageRetentionSeconds|recoveryWindowInDays|deletionWindowInDays",
         "retention",
         lambda found: found // 2, 5),
    Flip(r"noncurrentDays|expiration\.days|lifecycle\.deleteAfter|retainRule\.interval|recoveryPeriodInDays",
         "retention",
         lambda found: found // 2 or found, 3),
    Flip(r"backupPolicy\.status", "retention", to("DISABLED")),
    Flip(r"redrivePolicy", "retention", gone),
    Flip(r"deletionProtection|deletionProtectionEnabled|enableDeletionProtection", "deletion",
         lambda found: "INACTIVE" if isinstance(found, str) else False, 4),
    Flip(r"pointInTimeRecovery\.enabled", "deletion", off),
    Flip(r"versioningConfiguration\.status", "deletion", to("Suspended")),
    Flip(r"imageTagMutability", "deletion", to("MUTABLE")),
    Flip(r"forceDestroy|forceDelete|skipFinalSnapshot|deleteAutomatedBackups", "deletion", on, 2),
    Flip(r"(accessLogs|connectionLogs|cloudwatchLogs|logPublishingOptions)\.enabled|enableLogging|isEnabled",
         "logging", off, 4),
    Flip(r"performanceInsightsEnabled|xrayTracingEnabled|tracingConfiguration\.enabled|actionsEnabled",
         "logging", off, 3),
    Flip(r"loggingLevel|loggingConfiguration\.level", "logging", to("OFF"), 3),
    Flip(r"cloudwatchLogs\.status", "logging", to("DISABLED")),
    Flip(r"enabledCloudwatchLogsExports|enabledClusterLogTypes|alarmActions", "logging", lambda found: found[:-1], 3),
    Flip(r"accessLogSettings", "logging", gone, 2),
    Flip(r"pod-security\.kubernetes\.io/enforce", "rights", to("privileged")),
    Flip(r"runAsNonRoot|readOnlyRootFilesystem", "rights", off, 2),
    Flip(r"allowPrivilegeEscalation|automountServiceAccountToken|securityContext\.privileged|privilegedMode",
         "rights", on, 3),
    Flip(r"allowPrivilegeEscalation", "rights", gone, 2),
    Flip(r"capabilities\.drop", "rights", gone, 2),
    Flip(r"seccompProfile\.type", "rights", to("Unconfined"), 2),
    Flip(r"permissionsBoundary", "rights", gone, 0),
)  # fmt: skip


@cache
def inputs_of_stacks() -> tuple[Resource, ...]:
    """A resource of each type and set of paths, over all stacks."""
    found: dict[Any, Resource] = {}
    for stack in STACKS:
        for node in stack_graph(stack).resources:
            one = resource(node.type, node.name, inputs(node))
            found.setdefault((node.type, *(path for path, _ in leaves(one["inputs"]))), one)
    return tuple(found.values())


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything within a value by its steps, blocks and lists as well."""
    if path:
        yield path, value
    if isinstance(value, dict) and not hidden(value):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))


def flipped(one: Resource, path: tuple[Any, ...], value: Any) -> Resource:
    given = copy.deepcopy(dict(one["inputs"]))
    *above, last = path
    at: Any = given
    for step in above:
        at = at[step]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return {**one, "inputs": given}


def kinds(before: Resource, after: Resource) -> set[str]:
    found = pairs(preview(dict(before)), preview(dict(after)))
    return {one.kind for one in widened(found, changes(found, one_stack=True)) if one.certain}


@cache
def places() -> dict[str, list[tuple[Resource, tuple[Any, ...], Any]]]:
    """What stands at a name in a resource, by its path without places in lists."""
    found: dict[str, list[tuple[Resource, tuple[Any, ...], Any]]] = {}
    for one in inputs_of_stacks():
        for path, value in leaves(one["inputs"]):
            if not hidden(value) and not isinstance(path[-1], int):
                plain = ".".join(step for step in path if isinstance(step, str))
                found.setdefault(plain, []).append((one, path, value))
    return found


def cases(flip: Flip) -> Iterator[tuple[Resource, tuple[Any, ...], Any]]:
    """One of each type and path."""
    ends = re.compile(rf"(.*\.)?({flip.path})$")
    for plain, there in places().items():
        seen = set()
        for one, path, value in there if ends.match(plain) else ():
            looser = flip.looser(value) if one["type"] not in seen else value
            if looser is GONE or looser != value:
                seen.add(one["type"])
                yield one, path, looser


@pytest.mark.parametrize("flip", FLIPS, ids=lambda flip: flip.path[:40])
def test_what_guards_a_stack_widens_when_it_is_loosened_and_not_when_it_is_tightened(flip: Flip) -> None:
    found = list(cases(flip))
    assert len({one["type"] for one, *_ in found}) >= flip.least
    for one, path, looser in found:
        loose = flipped(one, path, looser)
        assert flip.kind in kinds(one, loose), (one["type"], path, looser)
        assert kinds(loose, one) == set(), (one["type"], path, looser)
