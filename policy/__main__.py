"""Start of the policy pack's process, as Pulumi's engine runs it from this folder."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The engine puts this folder first on the path; rules are imported as `policy.…`, as in the preview and the tests.
sys.path[:] = [str(HERE.parent)] + [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]

from policy.analyzer import Analyzer, serve  # noqa: E402 - after the path is right
from policy.clock import today  # noqa: E402 - after the path is right
from policy.exemptions import read_exemptions  # noqa: E402 - after the path is right
from policy.levels import project_config  # noqa: E402 - after the path is right
from policy.pack import PACK_NAME, all_rules  # noqa: E402 - after the path is right
from policy.project import not_found  # noqa: E402 - after the path is right

if __name__ == "__main__":
    try:
        exemptions = read_exemptions()
        config = project_config(all_rules())
        unread = not_found()
    except ValueError as error:
        sys.exit(f"policy: {error}")  # the words of `strata preview`
    if unread:
        sys.stderr.write(f"policy: {unread}\n")  # the engine shows it and goes on
    serve(Analyzer(PACK_NAME, all_rules(), exemptions, today(), config))
