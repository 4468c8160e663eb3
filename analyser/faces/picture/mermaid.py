"""The picture as Mermaid text, which READMEs and wikis draw by themselves."""

from collections.abc import Iterator

from analyser.faces.picture.scene import Box, Scene

_LINES = {"check": "-.->", "copy": "-.->"}
_SAID = {"check": "check", "copy": "copies", "use": "use"}


def mermaid(scene: Scene) -> str:
    """A flowchart: boxes as subgraphs, flows as arrows with their port."""
    ids = {box.key: f"n{number}" for number, box in enumerate(scene.leaves())}
    lines = ["flowchart TB", *(line for box in scene.boxes for line in _box(box, ids, 1))]
    for flow in scene.flows:
        said = " ".join(part for part in (_numbered(flow.number), _SAID.get(flow.kind, ""), flow.label) if part)
        label = f'|"{said}"|' if said else ""
        lines.append(f"  {ids[flow.source]} {_LINES.get(flow.kind, '-->')}{label} {ids[flow.target]}")
    return "\n".join(lines) + "\n"


def _box(box: Box, ids: dict[str, str], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if not box.inside:
        note = "" if box.note in ("", box.title) else f"<br/><small>{_quoted(box.note)}</small>"
        yield f'{indent}{ids[box.key]}["{_quoted(box.title)}{note}"]'
        return
    note = f" ({box.note})" if box.note else ""
    name = "".join(letter if letter.isalnum() else "_" for letter in box.key)
    yield f'{indent}subgraph {name}["{_quoted(box.title + note)}"]'
    for inner in box.inside:
        yield from _box(inner, ids, depth + 1)
    yield f"{indent}end"


def _numbered(number: int) -> str:
    return f"({number})" if number else ""


def _quoted(text: str) -> str:
    return text.replace('"', "&quot;")
