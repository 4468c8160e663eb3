"""``pytest tests/golden --golden-update`` writes the graphs anew instead of comparing them."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="write the golden graphs anew")
