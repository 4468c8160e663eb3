"""The picture of a stack in the form that is asked for."""

from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.view import View
from analyser.faces.picture.mermaid import mermaid
from analyser.faces.picture.scene import scene
from analyser.faces.picture.svg import svg
from analyser.graph import Graph


def picture(graph: Graph, form: str) -> str:
    """SVG, or Mermaid text, of a graph whose values are known."""
    drawn = scene(Reach(graph), View(graph))
    return mermaid(drawn) if form == "mermaid" else svg(drawn)
