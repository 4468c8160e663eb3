"""The picture as Mermaid text, which READMEs and wikis draw by themselves."""

from collections.abc import Iterator

from analyser.faces.picture.scene import Box, Scene


def mermaid(scene: Scene) -> str:
    """A flowchart: boxes as subgraphs, flows as arrows with their port."""
    ids = {box.key: f"n{number}" for number, box in enumerate(scene.leaves())}
    lines = ["flowchart TB", *(line for box in scene.boxes for line in _box(box, ids, 1))]
    for flow in scene.flows:
        label = f'|"{flow.port}"|' if flow.port else ""
        lines.append(f"  {ids[flow.source]} -->{label} {ids[flow.target]}")
    return "\n".join(lines) + "\n"


def _box(box: Box, ids: dict[str, str], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if not box.inside:
        note = "" if box.note == box.title else f"<br/><small>{_quoted(box.note)}</small>"
        yield f'{indent}{ids[box.key]}["{_quoted(box.title)}{note}"]'
        return
    note = f" ({box.note})" if box.note else ""
    name = "".join(letter if letter.isalnum() else "_" for letter in box.key)
    yield f'{indent}subgraph {name}["{_quoted(box.title + note)}"]'
    for inner in box.inside:
        yield from _box(inner, ids, depth + 1)
    yield f"{indent}end"


def _quoted(text: str) -> str:
    return text.replace('"', "&quot;")
