"""The picture of a stack in the form that is asked for."""

from preview.graph import Graph
from preview.picture.mermaid import mermaid
from preview.picture.scene import scene
from preview.picture.svg import svg
from preview.reach.model import Reach
from preview.reach.view import View


def picture(graph: Graph, form: str) -> str:
    """SVG, or Mermaid text, of a graph whose values are known."""
    drawn = scene(Reach(graph), View(graph))
    return mermaid(drawn) if form == "mermaid" else svg(drawn)
