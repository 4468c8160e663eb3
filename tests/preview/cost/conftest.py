"""Pinned prices for the tests that ask for them."""

import pytest

from preview.cost import item
from tests.preview.cost.support import pinned


@pytest.fixture
def prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices of these tests, not of the snapshot."""
    monkeypatch.setattr(item, "price", pinned)
