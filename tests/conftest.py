"""The whole suite's: the same examples at each run, an environment of its own, and graphs that workers share."""

import contextlib
import functools
import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find, settings, strategies

from analyser.run import sdk
from tests import day, missing
from tests.missing import pytest_runtest_makereport
from tests.sharing import Graphs

__all__ = ["pytest_runtest_makereport"]

pytest_plugins = ["tests.workers"]

# Hypothesis's own profile for machines that differ: no deadline, the same examples every time, no database of failures.
# Forty find what a change breaks; "make soak" looks for what is rare.
settings.register_profile("test", settings.get_profile("ci"), max_examples=40)
settings.register_profile("soak", settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("test")

day.stand_still()

# The SDK as the command loads it, kept whatever the terminal says of bytecode; tests/analyser/run/sdk holds that
# a plain one gives the same.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sdk.install()

_CACHE = functools._lru_cache_wrapper

_MOST = 300
"""Files of which a run is that of nearly all there are."""

# What whoever runs the tests has set for AWS, a stack or the terminal is none of the tests' business.
_OTHERS = ("AWS_", "PULUMI_CONFIG", "PULUMI_STACK", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
for name in [name for name in os.environ if name.startswith(_OTHERS)]:
    del os.environ[name]

# The SDK's and the graphs' millions of objects stay: looking through them again and again was a quarter of the time.
gc.set_threshold(50_000, 50, 1_000)

# Ctrl-C reaches what a test starts, also when the run is in the background, where a shell has SIGINT ignored.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_left_over() -> Generator[None]:
    """What nobody awaited or closed fails the last test: of what pytest finds later, a worker tells nobody.

    What has survived the tests of its file is looked through by ``make soak``: a thirtieth of all the time.
    """
    yield
    if "STRATA_LEFT_OVER" in os.environ:
        _forget(each for each in gc.get_objects() if type(each) is _CACHE)
        gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _nothing_young_is_left_over(request: pytest.FixtureRequest) -> Generator[None]:
    """As above, of each file: what is older than its tests is not looked through."""
    yield
    own = [each for each in vars(request.module).values() if type(each) is _CACHE]
    _forget(each for each in own if each.__module__ == request.module.__name__)
    gc.collect(1)


def _forget(caches: Iterable[Any]) -> None:
    """What is kept for tests that are over need not be looked through for garbage."""
    for cache in caches:
        cache.cache_clear()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="write golden graphs and scenarios anew")


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Has Hypothesis look for garbage, as it does with its first example, while there is little of anything."""
    find(strategies.none(), lambda _: True)


@pytest.hookimpl(trylast=True)  # after pytest-randomly
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files begin first, so that at the end no worker waits for another's."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Workers of the whole suite are forked with the graphs that most files ask for; others leave them in a folder."""
    if session.config.option.workers > 1 and len({item.path for item in session.items}) >= _MOST:
        from tests import stacks  # what tests of functions never need

        for stack in stacks.STACKS:
            with contextlib.suppress(Exception):  # which its tests say
                stacks.serving(stack)
    Graphs.folder = Path(tempfile.mkdtemp(prefix="graphs-"))
    session.config.add_cleanup(functools.partial(shutil.rmtree, Graphs.folder))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing.pytest_terminal_summary(terminalreporter)
    if terminalreporter.stats.keys() & {"failed", "error"} and "randomly_seed" in config.option:
        terminalreporter.write_line(f"the same order again: pytest --randomly-seed={config.option.randomly_seed}")
