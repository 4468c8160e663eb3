"""What stops ``make local`` is one line."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.stacks import stack_graph
from tools.local import __main__ as local
from tools.programs import MissingProgramError


def test_a_program_that_cannot_be_had_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def running(*_: object) -> Generator[None]:
        raise MissingProgramError("redis-server is not on the path")
        yield

    monkeypatch.setattr(local, "run_stack", lambda _root, stack: stack_graph(stack))
    monkeypatch.setattr(local, "running", running)
    assert local.main("local") == 2
    assert capsys.readouterr().err == "local: redis-server is not on the path\n"
