"""Pinned prices for the tests that ask for them."""

import pytest

from analyser.analyses.cost import item
from tests.analyser.analyses.cost.support import pinned


@pytest.fixture
def prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices of these tests, not of the snapshot."""
    monkeypatch.setattr(item, "price", pinned)
