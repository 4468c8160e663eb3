"""What the command answers about capacity."""

import json
from dataclasses import asdict
from typing import Any

import typer

from analyser.faces.commands.stack import VIOLATED, own_project
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.terminal.capacity import show
from settings import SettingsError, stackfile
from settings.stack import parse
from systems import SETTINGS

_SYSTEM = "records"


def show_capacity(stack: str, rows: int | None, *, as_json: bool) -> int:
    """Prints what the stack carries, of its own load or with so many records; the exit code says whether it does."""
    from systems.records.capacity import limits, unknown
    from systems.records.load import LoadSettings

    settings = _settings(stack)
    load = settings.load
    if load is None and rows is None:
        raise UsageError(
            f"Pulumi.{stack}.yaml: strata:settings.load is not there; say what it is to carry, such as "
            "load: {rows: 1000000000}, or ask with --rows"
        )
    if rows is not None:
        load = (load or LoadSettings(rows=rows)).model_copy(update={"rows": rows})
    found = limits(settings, load)
    if as_json:
        told = [{**asdict(limit), "used": round(limit.used, 4)} for limit in found]
        document = {
            "stack": stack,
            "load": load.model_dump(by_alias=True),
            "limits": told,
            "unknown": unknown(settings),
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        show(stack, load, found, unknown(settings))
    return VIOLATED if found[0].used > 1 else 0


def _settings(stack: str) -> Any:
    """Raises UsageError for a stack that cannot be read, or of a system that nobody has made a model of."""
    try:
        checked = parse(stack, stackfile.read(own_project("capacity"), stack).config, SETTINGS)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    if checked.system != _SYSTEM:
        raise UsageError(f"strata: {stack} is a stack of {checked.system}; only {_SYSTEM} has a model of capacity")
    return checked.settings
