"""The steps that a stack is taken through."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from analyser.analyses.policies.verdict import verdict
from analyser.run.program import run_stack
from policy.model import Violation
from settings.recovery import recovery_of
from settings.stackfile import read
from tests.engine.changes import change
from tests.engine.command import Outcome, operate, prepare
from tests.engine.events import Finding
from tests.engine.workspace import Workspace

STEPS = ("preview", "up", "no change", "change", "destroy")
_PACK = ("--policy-pack", "policy")
_UNASKED = ("--yes", "--skip-preview")


@dataclass(frozen=True)
class Step:
    """How one step of a stack went."""

    name: str
    seconds: float
    changes: str
    problem: str = ""
    output: str = ""
    """What Pulumi said, where there is a problem."""

    @property
    def ok(self) -> bool:
        """Whether it did what it should."""
        return not self.problem


Watch = Callable[[str, int], None]


def steps(root: Path, stack: str, watch: Watch) -> Iterator[Step]:
    """Takes a stack through every step, in a workspace that is removed in the end; ends with the first that fails.

    A recovery stack reads its home stack, which is made first and goes with the workspace. `watch` hears the step and
    how many resources it is through with.
    """
    recovery = recovery_of(read(root, stack).config)
    expected = dict.fromkeys(STEPS, findings(root, stack))
    if recovery is not None:
        expected["change"] = findings(root, stack, promoted=True)
    with tempfile.TemporaryDirectory(prefix="strata-engine-") as folder:
        workspace = Workspace(root, stack, Path(folder))
        made = _made(workspace.beside(recovery.home)) if recovery else None
        if made is None or not made.code:
            made = prepare(workspace, "stack", "init")
        if made.code:
            yield Step("preview", made.seconds, "", made.why, made.output)
            return
        for name in STEPS:
            outcome = _step(workspace, name, lambda number, name=name: watch(name, number))
            problem = _problem(name, outcome, expected[name])
            said = outcome.output if problem else ""
            step = Step(name, outcome.seconds, str(outcome.operation), problem, said)
            yield step
            if not step.ok:
                return


def _made(home: Workspace) -> Outcome:
    """A stack that another reads, as its own run judges it."""
    begun = prepare(home, "stack", "init")
    return begun if begun.code else operate(home, "up", *_UNASKED)


def _step(workspace: Workspace, name: str, watch: Callable[[int], None]) -> Outcome:
    if name == "preview":
        return operate(workspace, "preview", *_PACK, watch=watch)
    if name == "up":
        return operate(workspace, "up", *_UNASKED, *_PACK, watch=watch)
    if name == "no change":
        return operate(workspace, "preview", *_PACK, "--expect-no-changes", watch=watch)
    if name == "change":
        changed = change(workspace.root, workspace.stack).items()
        settings = [word for path, value in changed for word in ("--plaintext", f"{path}={value}")]
        # Not `up --config-path --config …`, which leaves of the settings those alone that it names.
        changed_file = prepare(workspace, "config", "set-all", "--path", *settings)
        return changed_file if changed_file.code else operate(workspace, "up", *_UNASKED, *_PACK, watch=watch)
    return _taken_away(workspace, watch)


def _taken_away(workspace: Workspace, watch: Callable[[int], None]) -> Outcome:
    """As runbooks say for production: protection is lifted by a setting and an `up` without the pack."""
    lifted = prepare(workspace, "config", "set", "strata:deletable", "true")
    if lifted.code == 0:
        lifted = operate(workspace, "up", *_UNASKED, watch=watch)
    if lifted.code:
        return lifted
    gone = operate(workspace, "destroy", *_UNASKED, watch=watch)
    return replace(gone, seconds=lifted.seconds + gone.seconds)


def _problem(name: str, outcome: Outcome, expected: set[Finding]) -> str:
    operation = outcome.operation
    if outcome.code:
        return outcome.why
    if name == "change" and not (operation.changes["update"] or operation.changes["replace"]):
        return "nothing changed"
    if name != "destroy" and operation.findings != expected:
        odd = min(operation.findings ^ expected)
        by = "the engine" if odd in operation.findings else "strata preview"
        return f"only {by} finds {odd.rule} at {odd.urn.rpartition('::')[2]}"
    return ""


def findings(root: Path, stack: str, *, promoted: bool | None = None) -> set[Finding]:
    """What `strata preview` finds in a stack, without what is exempt; of a recovery stack, ``promoted`` or not."""
    violations, _ = verdict(run_stack(root, stack, promoted=promoted))
    return {_finding(violation) for violation in violations if violation.exemption is None}


def _finding(violation: Violation) -> Finding:
    return Finding(violation.rule.id, violation.urn, str(violation.level))
