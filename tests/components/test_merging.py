import pytest

from components.merging import disjoint


def test_all_entries_are_kept_in_their_order() -> None:
    assert list(disjoint({"b": 1}, {}, {"a": 2, "c": 3}).items()) == [("b", 1), ("a", 2), ("c", 3)]


def test_an_entry_that_would_be_lost_is_refused() -> None:
    with pytest.raises(ValueError, match="two entries are called search-errors; one of each would be lost"):
        disjoint({"search-errors": 1}, {"other": 2}, {"search-errors": 3})
