"""One PostgreSQL for all tests of migrations."""

from collections.abc import Generator

import pytest

from tests.postgres import Server, server


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    with server() as running:
        yield running
