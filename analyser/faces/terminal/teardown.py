"""Taking a stack away, in the terminal."""

from collections.abc import Iterator

from analyser.analyses.teardown import Taken
from analyser.faces.terminal.drill import numbered
from analyser.faces.timeline_text import in_words


def lines(found: Taken) -> Iterator[str]:
    """What is in the way, the steps and what survives, as text that commands can be copied from."""
    worst = "not known" if found.guessed else in_words(found.worst)
    least = "at least" if found.guessed else "about"
    yield f"{found.stack}: destroy takes {least} {in_words(found.typical)}, at worst {worst}; people take more"
    for block in found.blocks:
        yield f"in the way: {block.resource}: {block.because}"
    yield from numbered(found.steps)
    yield ""
    yield "What survives:"
    yield from (f"- {each}" for each in found.survives)
