"""The picture of a stack in the form that is asked for."""

from analyser.analyses.reach.model import reach_of
from analyser.faces.picture.mermaid import mermaid
from analyser.faces.picture.routes import draw
from analyser.faces.picture.scene import scene
from analyser.faces.picture.svg import svg
from analyser.graph import Graph


def picture(graph: Graph, form: str, *, unfolded: bool) -> str:
    """SVG, or Mermaid text, of a graph whose values are known; ``unfolded`` as ``scene`` has it."""
    reach = reach_of(graph)
    drawn = scene(reach, reach.view, unfolded=unfolded)
    return mermaid(drawn) if form == "mermaid" else svg(draw(drawn))
