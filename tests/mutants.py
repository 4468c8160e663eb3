"""Breaks the verdict logic of the most severe rules one change at a time, and says which changes no test notices.

python -m tests.mutants [part of a module's path …]

The changes are Cosmic Ray's. They are made in a copy of the tree. The rules are those of severity critical that judge
the most resources of the project's stacks, and the first of every other service.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from compileall import compile_dir
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import TestOutcome, WorkItem

from tests.equivalent_mutants import EQUIVALENT

ROOT = Path(__file__).resolve().parents[1]
RULES = (
    "iam-no-not-principal",
    "iam-no-administrator",
    "iam-key-deletion-scoped",
    "iam-no-policy-rewriting",
    "iam-no-policy-attaching",
    "iam-no-trust-rewriting",
    "iam-no-credentials-of-others",
    "iam-no-pass-role-escalation",
    "iam-no-combined-escalation",
    "iam-trust-not-public",
    "vpc-ingress-open",
    "s3-policy-not-public",
    "s3-bucket-public-access-block",
    "kms-key-not-public",
    "reach-data-group",
    "rds-not-public",
    "managed-not-public",
    "no-plain-credentials-elsewhere",
    "opensearch-serverless-access",
    "batch-not-privileged",
    "managed-ports-open",
    "iot-policy-scoped",
)
# The size of caches, slots and frozen fields, types of arguments and variables.
_NO_VERDICT = ("@lru_cache", "@dataclass", "def ", "entries: list[Block")
_IDENTITY = ("_Is", "_IsNot")  # whether equal values are one object is the interpreter's affair
_WITHOUT = "-p no:cacheprovider -p no:hypothesispytest -p no:randomly -p no:cov -p no:anyio"  # quicker to start
_LONGEST = 60.0  # seconds; a change that makes a loop endless is noticed, too


@dataclass(frozen=True)
class Part:
    """Functions of a module that reach these verdicts (all, when none is named), and the tests that should notice."""

    module: str
    tests: str
    functions: tuple[str, ...] = ()


_MODEL = "tests/policy/iam/test_document.py tests/policy/iam/test_reach.py tests/policy/iam/test_narrowing.py"
_IAM = f"{_MODEL} tests/policy/rules/test_iam.py tests/policy/rules/test_iam_pass_role.py"
_TRUST = "tests/policy/rules/test_iam_principals.py tests/policy/rules/test_iam_trust.py"
_PUBLIC = "tests/policy/rules/test_data_policies.py tests/policy/rules/test_resource_policies.py"
_REACH = "tests/policy/test_exposure.py tests/policy/rules/test_reachability.py"
_GROUPS = "tests/policy/rules/test_vpc.py tests/policy/rules/test_security_groups.py tests/policy/rules/test_network.py"
_MANAGED = "tests/policy/rules/test_managed_access.py"
_CREDENTIALS = "tests/policy/test_credentials.py tests/policy/rules/test_plain_credentials.py"
PARTS = (
    Part("policy/rules/iam.py", _IAM, ("_allowing", "no_administrator", "trust_not_public")),
    Part("policy/rules/iam_trust.py", _TRUST, ("no_not_principal",)),
    Part("policy/rules/iam_pass_role.py", _IAM, ("pass_role_escalation",)),
    Part("policy/rules/iam_union.py", _IAM, ("policies_of", "combined_escalation")),
    Part("policy/iam/pass_role.py", _IAM, ("passing", "_any_role", "takes", "starting", "paths")),
    Part("policy/iam/reach.py", f"{_IAM} tests/policy/rules/test_iam_rights.py"),
    Part("policy/iam/document.py", f"{_IAM} {_TRUST} {_PUBLIC}"),
    Part("policy/iam/narrowing.py", f"{_PUBLIC} {_TRUST} {_MODEL}"),
    Part("policy/rules/managed.py", "tests/policy/rules/test_managed.py"),
    Part("policy/rules/managed_access.py", _MANAGED, ("search_access", "iot_scoped", "verified_conditions")),
    Part("policy/rules/batch.py", _MANAGED),
    Part("policy/rules/managed_ports.py", _MANAGED),
    Part("policy/rules/events.py", _MANAGED, ("topic_key_without_source", "_letting_events", "_asks_for_source")),
    Part("policy/rules/plain_credentials.py", _CREDENTIALS, ("credentials_elsewhere", "_written", "_telling")),
    Part("policy/credentials.py", _CREDENTIALS, ("_by_chance", "_entropy", "_signs_in", "_computed_parameters")),
    Part("policy/rules/s3.py", "tests/policy/rules/test_s3.py", ("has_public_access_block",)),
    Part("policy/rules/rds.py", "tests/policy/rules/test_rds.py", ("not_public",)),
    Part(
        "policy/rules/vpc.py",
        _GROUPS,
        ("_open_cidrs", "_is_web", "_any_protocol", "_serves_internet", "ingress_open", "_ports"),
    ),
    Part("policy/rules/reachability.py", _REACH, ("data_group",)),
    Part(
        "policy/exposure.py",
        f"{_REACH} {_GROUPS}",
        (
            "width",
            "internet",
            "cidrs",
            "open_cidrs",
            "ingress_of",
            "admitted_groups",
            "admits_internet",
            "security_groups_of",
        ),
    ),
)


def main(chosen: list[str]) -> int:
    """Run the changes of the parts whose module's path holds one of `chosen` (all, when empty); 1 if any survives."""
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(_copy(Path(folder)))
        compile_dir("policy", quiet=1)  # what is not changed is read compiled
        compile_dir("tests/policy", quiet=1)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # a change within the same second would be taken from the cache
        for part in PARTS:
            if not chosen or any(word in part.module for word in chosen):
                survivors += _survivors_of(part)
    return 1 if survivors else 0


def _copy(folder: Path) -> Path:
    ignored = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
    return shutil.copytree(ROOT, folder / "tree", ignore=ignored)


def _survivors_of(part: Part) -> int:
    killed = equal = survived = 0
    for item in _changes(part):
        line = _line_nobody_misses(item, part)
        if line is None:
            killed += 1
        elif (part.module, line) in EQUIVALENT:
            equal += 1
        else:
            survived += 1
            sys.stdout.write(f"survives: {part.module}:{item.mutations[0].start_pos[0]}: {line}\n")
    sys.stdout.write(f"{part.module}: {killed} noticed, {equal} equivalent, {survived} survive\n")
    sys.stdout.flush()
    return survived


def _line_nobody_misses(item: WorkItem, part: Part) -> str | None:
    """The changed line, where neither the module's own tests nor the tables of the rules notice; else None."""
    diff = ""
    for tests in (part.tests, f'tests/policy/test_every_rule.py -k "{" or ".join(RULES)}"'):
        command = f"{sys.executable} -m pytest -x -q --assert=plain {_WITHOUT} {tests}"
        result = mutate_and_test(item.mutations, command, _LONGEST)
        if result.test_outcome is not TestOutcome.SURVIVED:
            return None
        diff = result.diff or ""
    return _changed_line(diff)


def _changes(part: Part) -> Iterator[WorkItem]:
    database = WorkDB(":memory:", WorkDB.Mode.create)
    init([Path(part.module)], database, {})
    source = Path(part.module).read_text(encoding="utf-8").splitlines()
    for item in database.pending_work_items:
        change = item.mutations[0]
        decides = not source[change.start_pos[0] - 1].lstrip().startswith(_NO_VERDICT)
        decides = decides and not change.operator_name.endswith(_IDENTITY)
        if decides and (not part.functions or change.definition_name in part.functions):
            yield item


def _changed_line(diff: str) -> str:
    return " ".join(
        line[1:].strip() for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
