"""The drawings of real stacks, each made once."""

import functools

from analyser.analyses.reach.model import reach_of
from analyser.faces.picture.routes import Drawing, draw
from analyser.faces.picture.scene import scene
from tests.stacks import STACKS, stack_graph

QUICK = ("collaboration-prod", "confluence-lambda", "consulting-prod", "mdreader-prod", "prod")
"""The largest of each system that is drawn quickly; the others are for ``make soak``."""
OTHERS = tuple(stack for stack in STACKS if stack not in QUICK)


@functools.cache
def drawing(stack: str, *, unfolded: bool = False) -> Drawing:
    """A stack on paper."""
    reach = reach_of(stack_graph(stack))
    return draw(scene(reach, reach.view, unfolded=unfolded))
