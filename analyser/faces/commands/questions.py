"""Commands that answer one question about a stack: time, cost, reach, rights, a picture."""

from pathlib import Path
from typing import Annotated

import typer

from analyser.faces.commands.stack import VIOLATED, AsJson, StackName, graph_of, named_so, report_of, tell_gaps
from analyser.faces.commands.usage_error import UsageError, near

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

_LAST_PORT = 65535
Expected = Annotated[str, typer.Option("--expect", help="yes or no: exit 1 unless every answer is that.")]


def expected(answer: str) -> None:
    """Raises UsageError for what nobody can expect: that something is not known is no promise."""
    if answer not in ("", "yes", "no"):
        raise UsageError(f"strata: --expect {answer} is not known; yes or no")


def timeline(
    stack: StackName,
    destroy: Annotated[bool, typer.Option("--destroy", help="Of taking the stack away instead.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show how long a deployment takes and what it waits for. How much of that AWS imposes is said beside."""
    graph = graph_of(stack)
    from analyser.faces.commands.timeline import show_teardown, show_timeline

    (show_teardown if destroy else show_timeline)(graph, as_json=as_json)
    tell_gaps(graph, "time", as_json=as_json)
    return 0


def cost(stack: StackName, as_json: AsJson = False) -> int:
    """Show what a stack costs a month, line by line. Its design's own table stands beside it."""
    report = report_of(stack)
    from analyser.faces.commands.cost import show_cost

    show_cost(report, as_json=as_json)
    tell_gaps(report.graph, "cost", as_json=as_json)
    return 0


def capacity(
    stack: StackName,
    rows: Annotated[
        int | None, typer.Option("--rows", min=1_000_000, max=100_000_000_000, help="With so many records instead.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show how much of each limit a stack's load takes. Which gives out first, and what to raise; fail if one does."""
    from analyser.faces.commands.capacity import show_capacity

    return show_capacity(stack, rows, as_json=as_json)


def recovery(
    stack: StackName,
    simulated: Annotated[
        bool, typer.Option("--simulate", help="Take each zone, the region and the data away, and show what is left.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show what each loss takes, against what is stated. Of each store data and time; fail if that cannot be met."""
    from analyser.faces.commands.recovery import show_recovery

    return show_recovery(stack, simulated=simulated, as_json=as_json)


def drill(
    stack: StackName,
    kind: Annotated[str, typer.Argument(help="zone, region, restore, rotate, scale or stuck.")],
    as_json: AsJson = False,
) -> int:
    """Print what to do when something is lost, or stuck. The commands, filled in, what to see and how to go back."""
    from analyser.faces.commands.drill import show_drill

    show_drill(stack, kind, as_json=as_json)
    return 0


def teardown(stack: StackName, as_json: AsJson = False) -> int:
    """Print how a stack is taken away, and what survives. Step by step; fail where something is in the way."""
    from analyser.faces.commands.teardown import show_teardown

    return show_teardown(stack, as_json=as_json)


def diff(
    before: Annotated[
        str,
        typer.Argument(
            help="A stack, a saved preview (JSON), or what pulumi stack export wrote.", autocompletion=named_so
        ),
    ],
    after: Annotated[
        str, typer.Argument(help="Another; with --rev, the same stack if left out.", autocompletion=named_so)
    ] = "",
    rev: Annotated[str, typer.Option("--rev", help="The git revision of BEFORE, or of both: A..B.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, json, or markdown for a pull request.")] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    security_only: Annotated[bool, typer.Option("--security-only", help="Show only what opens or loosens.")] = False,
    fail_on: Annotated[list[str] | None, typer.Option("--fail-on", help="Fail for replace, widen or any.")] = None,
) -> int:
    """Show what changes from one preview to another. Resource by resource: what it replaces, and what it costs."""
    from analyser.faces.commands.diff import Failing, Form, show_diff

    chosen = "json" if as_json else form
    if as_json and form not in ("text", "json"):
        raise UsageError(f"strata: --json and --format {form} contradict each other; give one of them")
    if chosen not in list(Form):
        raise UsageError(f"strata: --format {form} is not known; {', '.join(Form)}{near(form, Form)}")
    for reason in fail_on or ():
        if reason not in list(Failing):
            raise UsageError(f"strata: --fail-on {reason} is not known; {', '.join(Failing)}{near(reason, Failing)}")
    reasons = [Failing(reason) for reason in fail_on or ()]
    return show_diff(before, after, rev, Form(chosen), security_only=security_only, fail_on=reasons)


def reach(
    stack: StackName,
    source: Annotated[str, typer.Argument(metavar="FROM", help="A component, or internet, pods, functions …")] = "",
    target: Annotated[str, typer.Argument(metavar="TO", help="A component, or postgres, application …")] = "",
    port: Annotated[int | None, typer.Option("--port", help="The port of TO to ask about.")] = None,
    expect: Expected = "",
    as_json: AsJson = False,
) -> int:
    """Say whether FROM can open a connection to TO, and why. Yes, no or not known; without them, print all."""
    example = f"for example strata reach {stack} internet postgres"
    if bool(source) != bool(target):
        raise UsageError(f"strata: reach takes FROM and TO, or neither; {example}")
    expected(expect)
    if port is not None and not 1 <= port <= _LAST_PORT:
        raise UsageError(f"strata: --port {port} is no port; 1 to {_LAST_PORT}")
    if not source and (expect or port):
        raise UsageError(f"strata: --{'expect' if expect else 'port'} takes FROM and TO; {example}")
    graph = graph_of(stack)
    from analyser.faces.commands.reach import Question, show_matrix_of, show_reach

    told = 0
    if source:
        told = show_reach(graph, Question(source, target, port, expect), as_json=as_json)
    else:
        show_matrix_of(graph, as_json=as_json)
    tell_gaps(graph, "reach", as_json=as_json)
    return told


def can(
    stack: StackName,
    role: Annotated[
        str, typer.Argument(help="A role, what runs with it, a user, or a service such as s3.amazonaws.com.")
    ],
    action: Annotated[str, typer.Argument(help="An IAM action, such as s3:GetObject.")],
    resource: Annotated[str, typer.Argument(help="A component, a resource or an ARN, which may hold *.")],
    around: Annotated[
        Path | None,
        typer.Option("--with", metavar="FILE", help="Policies of the organisation, or of a session, as JSON."),
    ] = None,
    expect: Expected = "",
    as_json: AsJson = False,
) -> int:
    """Say whether ROLE may do ACTION on RESOURCE, and why. Told are the statements that decide it."""
    from analyser.faces.commands.can import read_around, show_can

    expected(expect)
    bounds = read_around(around)
    graph = graph_of(stack)
    answer = show_can(graph, role, action, resource, bounds, as_json=as_json)
    tell_gaps(graph, "rights", as_json=as_json)
    return VIOLATED if expect and answer != expect else 0


def rights_for(
    stack: StackName,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="For previews and drift: nothing that changes.")
    ] = False,
    state: Annotated[str, typer.Option("--state", help="The bucket of the state, unless a file says it.")] = "",
    output: Annotated[Path | None, typer.Option("--output", help="Write the policies to a folder.")] = None,
    as_json: AsJson = False,
) -> int:
    """Show the least rights that deploying a stack takes. As policies, and the boundary of the roles that it makes."""
    from analyser.faces.commands.rights_for import show_rights_for

    show_rights_for(stack, state, reading=read_only, output=output, as_json=as_json)
    return 0


def trace(stack: StackName, as_json: AsJson = False) -> int:
    """Tell every story of a stack from end to end. Link by link; fail where a link lacks its other side."""
    graph = graph_of(stack, promoted=True)  # of a recovery stack, what serves: standing by, much has no other side yet
    from analyser.analyses.gaps_document import gaps_document
    from analyser.analyses.trace import State
    from analyser.analyses.trace import trace as trace_of

    chains = trace_of(graph)
    if as_json:
        import json

        from analyser.analyses.trace.document import document

        typer.echo(json.dumps({**document(stack, chains), **gaps_document(graph)}, indent=2))
    else:
        from analyser.faces.terminal.trace import show

        show(chains)
    tell_gaps(graph, "trace", as_json=as_json)
    return VIOLATED if any(chain.state is State.MISSING for chain in chains) else 0


def diagram(
    stack: StackName,
    form: Annotated[str, typer.Option("--format", help="svg, or mermaid; as --output's name ends if left out.")] = "",
    unfolded: Annotated[
        bool, typer.Option("--unfolded", help="Draw controllers, node groups, rotations and unused stores one by one.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", help="Write to a file instead.")] = None,
) -> int:
    """Draw a stack, with the connections that can flow. Who uses which store, and where copies are, as well."""
    from analyser.faces.commands.diagram import form_of, picture

    form = form_of(form, output)
    graph = graph_of(stack)
    from analyser.faces.commands.output import written_to
    from analyser.faces.picture.routes import NoRoomError

    try:
        drawn = picture(graph, form, unfolded=unfolded)
    except NoRoomError as error:
        raise UsageError(f"strata: {error}; --format mermaid draws it elsewhere") from error
    with written_to(output) as file:
        file.write(drawn)
    tell_gaps(graph, "picture", as_json=True)  # stdout has the picture
    return 0
