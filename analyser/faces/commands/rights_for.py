"""What the command prints and writes of the rights that a deployment takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from analyser.analyses.delivery import Delivered, tried_in
from analyser.analyses.deployment_rights.boundary import boundary_of
from analyser.analyses.deployment_rights.documents import LARGEST, Document, TooLargeError, size
from analyser.analyses.deployment_rights.rights import VERSION, Rights, TooWideError, in_either_state, rights_for
from analyser.analyses.deployment_rights.state_and_lookups import bucket_of, state_of
from analyser.analyses.deployment_rights.steps import promoted_from
from analyser.analyses.deployment_rights.table import UnknownTypeError
from analyser.analyses.gaps import Answer, gap_lines, unsaid
from analyser.faces.commands.drill import home_of, standby_of, whole
from analyser.faces.commands.output import written_to
from analyser.faces.commands.stack import graph_of, project_root
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.terminal.gaps import show_lacking
from analyser.faces.terminal.lines import print_lines
from analyser.graph import Graph
from analyser.run.mock_cloud import ACCOUNT_ID
from settings import SettingsError
from settings.project_files import PROJECT
from settings.stack import BOUNDARY

_BOUNDARY = f"{PROJECT}:{BOUNDARY}"
_NOT_HERE = "takes rights of its own, which are not in these policies"


def show_rights_for(stack: str, state: str, *, reading: bool, output: Path | None, as_json: bool) -> None:
    """Prints how wide the rights are, or writes the policies. Raises UsageError for rights that cannot be narrowed."""
    bucket = bucket_of(state) if state else ""
    if state and not bucket:
        raise UsageError(
            f"strata: --state {state} names no bucket of S3: 3 to 63 small letters, digits, dots and hyphens, "
            "such as s3://my-state-bucket"
        )
    graph = in_either_state(whole(stack), graph_of(stack, promoted=False)) if home_of(stack) else whole(stack)
    bucket = bucket or _state(graph)
    if not bucket:
        raise UsageError(f"strata: {stack} does not say where its state is; add --state s3://BUCKET")
    name = boundary_name(graph)
    try:
        companions = {standby_of(stack), home_of(stack)} - {""}
        boundary = boundary_of(graph, companions)
        arn = f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}"
        before = _before(graph)
        found = rights_for(graph, state=bucket, boundary=arn, reading=reading, before=before, companions=companions)
    except (TooLargeError, TooWideError, UnknownTypeError) as error:
        raise UsageError(f"{graph.file}: {error}") from error
    kind = "preview" if reading else "deploy"
    files = {f"strata-{stack}-{kind}-{number}": one for number, one in enumerate(found.documents, 1)}
    files = files if reading else {**files, name: boundary}
    account = _account(graph)
    if as_json:
        typer.echo(_text({"version": VERSION, "stack": stack, "readOnly": reading, "policies": files}, account))
    elif output:
        for title, document in files.items():
            with written_to(output / f"{title}.json") as file:
                file.write(_text(document, account) + "\n")
    else:
        print_lines(_lines(found, files, graph, reading=reading))
    show_lacking([*_lacking(graph)], beside_json=as_json)


def _state(graph: Graph) -> str:
    try:
        return state_of(graph, project_root())
    except SettingsError as error:
        raise UsageError(str(error)) from error


def _before(graph: Graph) -> list[Delivered]:
    """Where the images of this stack were tried and built. Raises UsageError where a file cannot be read."""
    try:
        name = promoted_from(graph, project_root())
        return tried_in(project_root(), name) if name else []
    except SettingsError as error:
        raise UsageError(str(error)) from error


def boundary_name(graph: Graph) -> str:
    """What the boundary of a stack's roles is called: as its file says, or as it would."""
    return graph.config.get(_BOUNDARY) or f"strata-{graph.stack}-boundary"


def _lacking(graph: Graph) -> Iterator[str]:
    """What the policies do not cover: resources of other clouds, and what the run could not see."""
    yield from unsaid(graph, Answer.RIGHTS)
    yield from gap_lines(graph.gaps, _NOT_HERE)
    if any(gap.kind in ("read", "data source") for gap in graph.gaps):
        yield f"what the program reads or looks up {_NOT_HERE}"


def _lines(found: Rights, files: dict[str, Document], graph: Graph, *, reading: bool) -> Iterator[str]:
    account = _account(graph)
    for title, document in files.items():
        yield f"{title:<44}{size(document):>6,} of {LARGEST:,} characters"
    yield ""
    yield f"{'service':<28}{'actions':>8}  on any resource, as AWS lets no policy name one"
    anywhere = found.anywhere
    for service, count in found.by_service.items():
        yield f"{service:<28}{count:>8}  {' '.join(anywhere.get(service, ()))}".rstrip()
    yield ""
    if _BOUNDARY not in graph.config and not reading:
        yield f"{graph.file} lacks {_BOUNDARY}: {boundary_name(graph)}; without it, no role can be made"
    if account == ACCOUNT_ID:
        yield f"{ACCOUNT_ID} stands for the account until aws:allowedAccountIds names it"
    yield "--output FOLDER writes them for aws iam create-policy; docs/deploying.md, step 2"


def _account(graph: Graph) -> str:
    """The account of a stack, where its file says it."""
    try:
        listed: Any = json.loads(graph.config.get("aws:allowedAccountIds") or "[]")
    except ValueError:
        listed = []
    return str(listed[0]) if isinstance(listed, list) and len(listed) == 1 else ACCOUNT_ID


def _text(data: Any, account: str) -> str:
    return json.dumps(data, indent=2).replace(ACCOUNT_ID, account)
