"""The picture of a stack in the form that is asked for."""

from pathlib import Path

from analyser.analyses.reach.model import reach_of
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.picture.mermaid import mermaid
from analyser.faces.picture.routes import draw
from analyser.faces.picture.scene import scene
from analyser.faces.picture.svg import svg
from analyser.graph import Graph

_OF_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".md": "mermaid", "": ""}
"""Which form a file holds whose name ends so: https://mermaid.js.org/ecosystem/mermaid-cli.html reads the others."""


def form_of(said: str, output: Path | None) -> str:
    """The form that is asked for: as it is said, else as the file's name ends, else SVG.

    Raises UsageError for a form or an ending that is not known, and for two that contradict each other.
    """
    if said not in ("", "svg", "mermaid"):
        raise UsageError(f"strata: --format {said} is not known; svg or mermaid")
    ending = output.suffix.lower() if output else ""
    if ending not in _OF_ENDINGS:
        raise UsageError(f"strata: --output {output} ends in {ending}, which no picture is; .svg, or .mmd for Mermaid")
    by_name = _OF_ENDINGS[ending]
    if said and by_name and said != by_name:
        raise UsageError(f"strata: --output {output} is for {by_name}, and --format says {said}")
    return said or by_name or "svg"


def picture(graph: Graph, form: str, *, unfolded: bool) -> str:
    """SVG, or Mermaid text, of a graph whose values are known; ``unfolded`` as ``scene`` has it."""
    reach = reach_of(graph)
    drawn = scene(reach, reach.view, unfolded=unfolded)
    return mermaid(drawn) if form == "mermaid" else svg(draw(drawn))
