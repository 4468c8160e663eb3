"""A report as HTML."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analyser.analyses.reach.model import Reach, reach_of
from analyser.analyses.report import Report, outputs
from analyser.faces.page import amounts, cost
from analyser.faces.page.gantt import gantt
from analyser.faces.page.policies import policies
from analyser.faces.page.reach import reaches
from analyser.faces.page.recovery import recovery
from analyser.faces.page.resources import as_text, resources
from analyser.faces.page.summary import summary
from analyser.faces.picture.routes import NoRoomError, draw
from analyser.faces.picture.scene import scene
from analyser.faces.picture.style import STYLE
from analyser.faces.picture.svg import svg

_HERE = Path(__file__).parent
_SECTIONS = ("summary", "diagram", "cost", "timeline", "recovery", "policies", "reach", "resources", "outputs")


def html(report: Report) -> str:
    """The whole page, the same at every call for the same report."""
    style, script = (_asset(name) for name in ("page.css", "page.js"))
    template = _environment().get_template("page.html")
    return template.render(style=style, script=script, security=_security(style, script), **_told(report))


def _told(report: Report) -> dict[str, Any]:
    """What the templates tell, by the names that they know it by."""
    graph = report.graph
    reach = reach_of(graph)
    return {
        "stack": graph.stack,
        "sections": _SECTIONS,
        "summary": summary(report),
        "diagram": _diagram(reach),
        "costs": cost.costs(graph, report.cost),
        "gantt": gantt(report.timeline),
        "recovery": recovery(report.recovery),
        "policies": policies(report),
        "reach": reaches(reach),
        "resources": resources(graph, report.cost),
        "outputs": {name: as_text(value) for name, value in outputs(graph).items()},
    }


def _diagram(reach: Reach) -> Markup:
    """The picture, or why there is none."""
    try:
        return Markup(svg(draw(scene(reach, reach.view))))  # noqa: S704 - ElementTree has escaped what it holds
    except NoRoomError as error:
        return Markup.escape(str(error))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        usd=amounts.usd, cents=amounts.cents, counted=amounts.counted, quantity=cost.quantity, price=cost.price
    )
    return environment


def _asset(name: str) -> Markup:
    """A style sheet or a script of this room, which holds nothing of any stack."""
    return Markup((_HERE / "assets" / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of the project


def _security(style: str, script: str) -> str:
    """Lets run what the page brings and nothing else: no request, no other script, no style in an attribute.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
    """
    return (
        f"default-src 'none'; img-src data:; style-src {_hash(style)} {_hash(STYLE)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
