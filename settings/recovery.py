"""A recovery stack: which stack it stands by for, and whether it serves in its place."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import ValidationError, model_validator

from settings import stackfile
from settings.accounts import ACCOUNTS_KEY
from settings.environment import Environment
from settings.errors import Problem, refuse, shown
from settings.form import Form
from settings.model import Settings
from settings.objectives import StackObjectives
from settings.project_files import PROJECT, ROOT
from settings.provider import REGION_KEY

if TYPE_CHECKING:
    from settings.stack import Stack

KEY = "recovery"
"""Where a system's settings say it."""
NEAR = ("copies", "near")
"""Where a home stack's settings say how requests are shared with a recovery stack that serves beside it."""
OBJECTIVES = "objectives"
"""Where a stack's file states what recovery has to achieve."""
IMAGES = ("copies", "images")
"""Where a home stack's settings say of which namespaces the registry copies images, for all stacks of its account."""
_HOME = f"settings.{KEY}.home"


class RecoveryStackSettings(Settings):
    """Whose place the stack takes when its region is gone, and whether it has taken it.

    Until then it stands by: everything that only us-east-1 can make is there already, and stores follow those of
    ``home``. ``promoted`` is all that a promotion changes: docs/decisions/0041-recovery-stacks.md.
    """

    home: Annotated[str, Form(r"[A-Za-z0-9_.-]{1,100}", "the name of a stack", "prod")]
    """A stack of the same system in production, which lives in another region."""
    promoted: bool = False
    """Whether stores are written here and pods run, whatever has become of ``home``."""
    beside: bool = False
    """Whether a promoted stack shares the requests with ``home``, by ``copies.near`` there, in place of having all."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        refuse(
            {Problem("beside", "needs promoted: true; what stands by serves nobody"): self.beside and not self.promoted}
        )
        return self

    @property
    def alone(self) -> bool:
        """Whether all requests are this stack's."""
        return self.promoted and not self.beside


def recovery_of(config: Mapping[str, str]) -> RecoveryStackSettings | None:
    """What a stack's flat configuration says of it; None for a stack that is no recovery stack or says it wrongly."""
    given = _settings(config).get(KEY)
    try:
        return None if given is None else RecoveryStackSettings.model_validate(given, by_alias=True, by_name=False)
    except ValidationError:
        return None


def home_database_class(recovery: RecoveryStackSettings | None) -> str | None:
    """The class of the database that a recovery stack copies, as the home stack's file says it; None if it does not."""
    found = home_setting(recovery, "database", "instanceClass")
    return found if isinstance(found, str) else None


def home_setting(recovery: RecoveryStackSettings | None, *path: str, directory: Path | None = None) -> Any:
    """What the home stack's file says of a setting, as it is written there; None if it does not."""
    if recovery is None:
        return None
    found: Any = _settings(stackfile.read(directory or ROOT, recovery.home).config)
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def home_objectives(recovery: RecoveryStackSettings, directory: Path | None = None) -> StackObjectives:
    """What the home stack's file states of recovery."""
    config = stackfile.read(directory or ROOT, recovery.home).config
    return StackObjectives.model_validate_json(config.get(f"{PROJECT}:{OBJECTIVES}") or "{}")


def copying_images(stack: str, config: Mapping[str, str], directory: Path | None = None) -> Iterator[str]:
    """Other stacks of the account and region of a stack whose files have the registry copy images."""
    for other in stackfile.stack_names(directory or ROOT):
        said = stackfile.read(directory or ROOT, other).config
        found: Any = _settings(said)
        for key in IMAGES:
            found = found.get(key) if isinstance(found, dict) else None
        if other != stack and found and all(said.get(key) == config.get(key) for key in (REGION_KEY, ACCOUNTS_KEY)):
            yield other


def with_promotion(config: Mapping[str, str], promoted: bool) -> dict[str, str]:
    """A stack's flat configuration with a recovery stack promoted or standing by; that of any other as it is."""
    if recovery_of(config) is None:
        return dict(config)
    given = _settings(config)
    kept = {key: value for key, value in given[KEY].items() if promoted or key != "beside"}
    said = {**given, KEY: {**kept, "promoted": promoted}}
    return {**config, f"{PROJECT}:settings": json.dumps(said)}


def home_problems(recovery: RecoveryStackSettings, stack: "Stack", directory: Path) -> Iterator[Problem]:
    """Why a stack cannot stand by for the one it names, whose file lies in ``directory``."""
    home = recovery.home
    others = [name for name in stackfile.stack_names(directory) if name != stack.name]
    if home not in others:
        yield Problem(_HOME, f"{shown(home)} is no other stack; stacks here: {', '.join(others) or 'none'}")
        return
    config = stackfile.read(directory, home).config
    system, environment = config.get(f"{PROJECT}:system"), config.get(f"{PROJECT}:environment")
    if system != stack.system:
        yield Problem(_HOME, f"{home} is of the system {shown(system)}, and this one of {stack.system}")
    if environment != Environment.PROD or stack.environment is not Environment.PROD:
        said = f"{home} is {shown(environment)} and this one {shown(stack.environment.value)}"
        yield Problem(_HOME, f"{said}; production alone has a recovery stack, which is production too")
    if config.get(REGION_KEY) == stack.region:
        yield Problem(_HOME, f"{home} lives in {stack.region} like this stack, which needs {REGION_KEY} of its own")
    if KEY in _settings(config):
        yield Problem(_HOME, f"{home} is a recovery stack itself")
    if recovery.beside and home_setting(recovery, *NEAR, directory=directory) is None:
        said = f"{home} has no {'.'.join(NEAR)}, without which all requests are of one region"
        yield Problem(f"settings.{KEY}.beside", said)


def _settings(config: Mapping[str, str]) -> dict[str, Any]:
    return stackfile.mapping(config, f"{PROJECT}:settings")
