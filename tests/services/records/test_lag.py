"""How far a reader is behind, as the watch over it sees it."""

import asyncio
from typing import Any

import pytest
from records import database
from records.database import Host, watch


class _Connection:
    """Answers the question of the lag, then goes away."""

    def __init__(self, *answers: float | None) -> None:
        self._answers = list(answers)

    async def fetchval(self, _: str) -> float | None:
        if not self._answers:
            raise asyncio.CancelledError
        return self._answers.pop(0)

    def terminate(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("answers", "lag"), [((0.0,), 0.0), ((0.5, 0.25), 0.25), ((0.5, None), float("inf"))])
def test_a_reader_that_has_not_replayed_anything_yet_is_no_reader_to_ask(
    answers: tuple[float | None, ...], lag: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WATCH_SECONDS", 0)
    reader: Any = Host.__new__(Host)
    reader.lag = 0.0

    async def connect() -> _Connection:
        return _Connection(*answers)

    reader.connect = connect
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch(reader))
    assert reader.lag == lag
