"""Spans of time as people say them."""


def in_words(seconds: float) -> str:
    """Seconds up to two minutes, then minutes, then hours and minutes; each rounded."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def clock(seconds: float) -> str:
    """Hours, minutes and seconds as on a clock, such as 1:02:03 or 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
