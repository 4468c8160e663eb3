"""Names that were derived fit, and stay apart."""

from components.naming import fitted


def test_a_name_that_fits_stays_as_it_is() -> None:
    assert fitted("microservice-prod-deploy", 35) == "microservice-prod-deploy"
    assert fitted("a" * 35, 35) == "a" * 35


def test_a_longer_one_keeps_its_beginning_and_differs_by_its_end() -> None:
    first, second = (fitted(f"{'a-' * 20}{end}-deploy", 35) for end in ("x", "y"))
    assert len(first) <= 35
    assert first.startswith("a-a-a")
    assert "--" not in first
    assert first != second
    assert first == fitted(f"{'a-' * 20}x-deploy", 35)
