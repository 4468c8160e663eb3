"""What a change costs grows with those who have its page open and those who vanished from it; counts, not times."""

import asyncio
from urllib.parse import urlsplit

import pytest

from tests import bench_pages

pytestmark = pytest.mark.no_cover  # as of large pages


@pytest.mark.parametrize(("there", "gone"), [(1, 0), (6, 0), (2, 8)])
def test_posts_reads_and_writes_of_a_function_are_linear(there: int, gone: int) -> None:
    found = bench_pages.functions(there, gone)
    most = {name: bound.most(there, gone) for name, bound in bench_pages.BOUNDS.items()}
    assert {name: count for name, count in found.items() if count > most[name]} == {}


@pytest.mark.parametrize("there", [1, 12])
def test_commands_and_frames_of_a_server_are_linear(redis_url: str, there: int) -> None:
    found = asyncio.run(bench_pages.servers(urlsplit(redis_url).port or 0, there))
    most = {name: bound.most(there, 0) for name, bound in bench_pages.LIVE_BOUNDS.items()}
    assert {name: count for name, count in found.items() if count > most[name]} == {}
