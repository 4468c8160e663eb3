"""The entry point of the pack's process: reads the project's configuration, then serves Pulumi's engine."""

import sys

from policy.analyzer import Analyzer, serve
from policy.clock import today
from policy.exemptions import read_exemptions
from policy.levels import project_config
from policy.pack import PACK_NAME, all_rules
from policy.project import not_found


def main() -> None:
    """Serve the pack until the engine ends it; exits with one line a problem where the project's file is none."""
    try:
        exemptions = read_exemptions()
        config = project_config(all_rules())
        unread = not_found()
    except ValueError as error:
        sys.exit(f"policy: {error}")  # the words of `strata preview`
    if unread:
        sys.stderr.write(f"policy: {unread}\n")  # the engine shows it and goes on
    serve(Analyzer(PACK_NAME, all_rules(), exemptions, today(), config))
