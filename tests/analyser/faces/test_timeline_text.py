"""Spans of time in words."""

import pytest

from analyser.faces.timeline_text import clock, in_words


@pytest.mark.parametrize(
    ("seconds", "words", "time"),
    [
        (0, "0 s", "0:00"),
        (119.4, "119 s", "1:59"),
        (120, "2 min", "2:00"),
        (149, "2 min", "2:29"),
        (7140, "119 min", "1:59:00"),
        (7200, "2 h 0 min", "2:00:00"),
        (8750, "2 h 26 min", "2:25:50"),
    ],
)
def test_spans(seconds: float, words: str, time: str) -> None:
    assert (in_words(seconds), clock(seconds)) == (words, time)
