"""Figures as the page writes them."""


def usd(value: float) -> str:
    """An amount of US dollars at a glance: whole ones from ten on, cents below."""
    return f"${value:,.0f}" if value >= 9.995 else cents(value)


def cents(value: float) -> str:
    """An amount of US dollars to the cent; what is less than half of one says so."""
    return "< $0.01" if 0 < value < 0.005 else f"${value:,.2f}"


def number(value: float) -> str:
    """A quantity with separators and no digits that mean nothing."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def percent(part: float, whole: float, digits: int = 2) -> str:
    """A part of a whole, as people and SVG take it."""
    return f"{100 * part / whole if whole else 0.0:.{digits}f}%"


def shortened(text: str, letters: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def counted(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
