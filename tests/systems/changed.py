"""Shipped stacks with some settings changed, through the real program."""

import json
import runpy
from collections.abc import Mapping
from typing import Any

from analyser.graph import Graph
from analyser.run.program import run_program
from settings import stackfile
from tests.stacks import ROOT


def with_settings(stack: str, change: Mapping[str, Any], *, known: bool = True) -> Graph:
    """The stack with settings put over its own, objects within objects too.

    Raises ProgramError with what is said of settings that contradict each other.
    """
    file = stackfile.read(ROOT, stack)
    settings = _over(json.loads(file.config["strata:settings"]), change)
    config = {**file.config, "strata:settings": json.dumps(settings)}

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return run_program(program, stack=stack, config=config, known=known)


def _over(given: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _over(given[key], value) if isinstance(value, Mapping) and isinstance(given.get(key), Mapping) else value
        for key, value in change.items()
    }
    return {**given, **both}
