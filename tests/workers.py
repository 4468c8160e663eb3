"""``--workers N``: the tests run in N processes forked from the one that collected them, a file at a time.

Collecting takes as long as a good many of the tests, and is done once here, where pytest-xdist does it in each of its
processes. Fixtures of a session are made once in each worker. What a test reports is shown as it ends; a worker that
dies fails the test that it was at, and what is left of its file is not run.
"""

import gc
import os
import signal
import traceback
from collections.abc import Iterator
from itertools import pairwise
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

import pytest
from coverage import Coverage

_NUMBER = 4  # bytes of a file's number in the pipe that workers take from, which holds 16,384 of them

_Files = list[list[pytest.Item]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--workers", type=int, default=1, help="processes that run tests beside one another, by file")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """None, which leaves the tests to pytest, where one process is to run them or none."""
    option = session.config.option
    if option.workers < 2 or option.collectonly or session.testsfailed:
        return None
    files: dict[Any, list[pytest.Item]] = {}
    for item in session.items:
        files.setdefault(item.path, []).append(item)
    queue = _queue(len(files))
    folders = session.config._tmp_path_factory  # ty: ignore[missing-attribute] - pytest names it nowhere else
    folders.getbasetemp()  # of all workers, removed at the end
    gc.collect()
    gc.freeze()  # what is there by now stays, and is not looked through again in any worker
    workers = [_Worker(session, list(files.values()), queue, number) for number in range(option.workers)]
    try:
        _listen(session, workers, queue)
    finally:
        _drain(queue)
        os.close(queue)
        for worker in workers:
            worker.stop()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    return True


def _queue(files: int) -> int:
    """Each worker takes the number of its next file from here; at its end there are no more."""
    taken, offered = os.pipe()
    os.write(offered, b"".join(number.to_bytes(_NUMBER, "big") for number in range(files)))
    os.close(offered)
    return taken


def _drain(queue: int) -> None:
    """Workers end after the file that they are at."""
    while os.read(queue, 1024 * _NUMBER):
        pass


def _listen(session: pytest.Session, workers: "list[_Worker]", queue: int) -> None:
    """Passes on what workers tell until all have ended."""
    telling = {worker.told: worker for worker in workers}
    while telling:
        for told in wait(list(telling)):
            assert isinstance(told, Connection)
            try:
                telling[told].pass_on(session.config)
            except EOFError:
                telling.pop(told).end()
        if session.shouldfail:
            _drain(queue)


class _Worker:
    """A process that runs tests, as the one that forked it sees it."""

    def __init__(self, session: pytest.Session, files: _Files, queue: int, number: int) -> None:
        self._config = session.config
        self._at: tuple[str, tuple[str, int | None, str]] | None = None
        self.told, telling = Pipe(duplex=False)
        self._process = os.fork()
        if self._process == 0:
            status = 1
            try:
                status = _work(session, files, queue, telling, number)
            finally:
                os._exit(status)  # what is to be done at the end of the process is the other one's
        telling.close()

    def pass_on(self, config: pytest.Config) -> None:
        """One thing that the worker tells: the test that it begins, or all reports of the one that it ends."""
        match self.told.recv():
            case list(reports):
                for data in reports:
                    report = config.hook.pytest_report_from_serializable(config=config, data=data)
                    config.hook.pytest_runtest_logreport(report=report)
                self._finish()
            case at:
                self._at = at

    def _finish(self) -> None:
        if self._at is not None:
            self._config.hook.pytest_runtest_logfinish(nodeid=self._at[0], location=self._at[1])
        self._at = None

    def end(self) -> None:
        """Waits for its end, which fails the run when it did not come by itself."""
        self.told.close()
        _, status = os.waitpid(self._process, 0)
        if status != 0 or self._at is not None:
            said = f"the worker ended with {os.waitstatus_to_exitcode(status)} at this test or before the next"
            nodeid, location = self._at or ("a worker", ("a worker", None, "a worker"))
            report = pytest.TestReport(nodeid, location, {}, "failed", said, "call")
            self._config.hook.pytest_runtest_logreport(report=report)
            self._finish()

    def stop(self) -> None:
        """Ends it as Ctrl-C does, unless it has ended."""
        if not self.told.closed:
            os.kill(self._process, signal.SIGINT)
            self.told.close()
            os.waitpid(self._process, 0)


class _Telling:
    """The worker's plugin that tells the process that forked it of each test."""

    def __init__(self, config: pytest.Config, telling: Connection) -> None:
        self._config = config
        self._telling = telling
        self._reports: list[Any] = []

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._telling.send((nodeid, location))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._reports.append(told)

    def pytest_runtest_logfinish(self) -> None:
        self._telling.send(self._reports)
        self._reports = []


def _work(session: pytest.Session, files: _Files, queue: int, telling: Connection, number: int) -> int:
    """The worker's process: its exit status, which is 0 whether tests fail or not."""
    config = session.config
    _stand_apart(config, number)
    config.pluginmanager.register(_Telling(config, telling))
    try:
        for item, following in _in_turn(files, queue):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                break
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough, and ends of fixtures are not to be broken off
        return 2
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        session._setupstate.teardown_exact(None)
        measuring = Coverage.current()
        if measuring is not None:
            measuring.stop()
            measuring.save()
    return 0


def _stand_apart(config: pytest.Config, number: int) -> None:
    """What both processes have in common at first, and each must have for itself: folders, captured output, a face."""
    folders = config._tmp_path_factory  # ty: ignore[missing-attribute] - as above
    folders._basetemp = folders.getbasetemp() / f"worker-{number}"
    folders._basetemp.mkdir()
    capturing = config.pluginmanager.getplugin("capturemanager")
    capturing.stop_global_capturing()
    capturing.start_global_capturing()
    capturing.suspend_global_capture()
    config.pluginmanager.unregister(name="terminalreporter")


def _in_turn(files: _Files, queue: int) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Each test with the one after it, of files that nobody else has taken; the next file is taken at a last test."""
    file = _take(files, queue)
    while file:
        yield from pairwise(file)
        following = _take(files, queue)
        yield file[-1], following[0] if following else None
        file = following


def _take(files: _Files, queue: int) -> list[pytest.Item]:
    number = os.read(queue, _NUMBER)
    return files[int.from_bytes(number, "big")] if number else []
