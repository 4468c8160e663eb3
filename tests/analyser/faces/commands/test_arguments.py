"""Half a command, or one that contradicts itself, is answered in one line with a whole one; exit 2, nothing run."""

import pytest

from analyser.faces.commands import cli


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("cost", "Missing argument 'stack'; for example strata cost prod"),
        ("can prod", "Missing argument 'role'; for example strata can prod microservice-pods s3:GetObject archives"),
        ("preview", "name one stack, such as strata preview prod, or give --all; strata stacks lists them"),
        ("preview prod --all", "name one stack, such as strata preview prod, or give --all; strata stacks lists them"),
        ("preview prod --json --format sarif", "--json and --format sarif contradict each other; give one of them"),
        (
            "diff dev prod --json --format markdown",
            "--json and --format markdown contradict each other; give one of them",
        ),
        ("diff dev", "diff takes two to compare, such as strata diff dev prod, or one stack and --rev"),
        (
            "reach prod internet",
            "reach takes FROM and TO, or neither; for example strata reach prod internet postgres",
        ),
        ("reach dev --port 443", "--port takes FROM and TO; for example strata reach dev internet postgres"),
        ("reach dev --expect yes", "--expect takes FROM and TO; for example strata reach dev internet postgres"),
        ("reach dev a b --port 0", "--port 0 is no port; 1 to 65535"),
        ("reach dev a b --port x", "Invalid value for '--port'"),
        ("can prod a b c --expect unknown", "--expect unknown is not known; yes or no"),
        ("preview dev --full --json", "--full is of one stack's text, and --format json writes none"),
        ("preview --all --full", "--full is of one stack's text, and --all writes none"),
        ("preview dev --reach", "--reach is of one stack's JSON; strata preview prod --json --reach, or strata reach"),
        ("preview dev --budget -5", "--budget -5 is no number of USD; say one, such as 8000, or own"),
        ("preview dev --rule nothing", "no rule's id holds 'nothing'; strata policies lists them"),
        ("preview dev --framework none", "--framework 'none' is none of"),
        ("policies prod", "prod is a stack; strata preview prod judges it, and strata policies prod --framework cis"),
        ("help nothing", "No such command 'nothing'"),
        ("trace prod --colour", "No such option: --colour; for example strata trace prod"),
        ("prevew", "No such command 'prevew'"),
    ],
)
def test_what_a_command_lacks_is_said_with_a_whole_one(
    arguments: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments.split()) == 2
    found = capsys.readouterr()
    assert found.out == ""
    (line,) = found.err.splitlines()
    assert line.startswith(f"strata: {said}")


def test_every_command_that_takes_something_has_an_example() -> None:
    commands = cli.app.registered_commands
    takes = {command.name or getattr(command.callback, "__name__", "").replace("_", "-") for command in commands}
    assert takes - set(cli._EXAMPLES) == {"stacks", "schema"}
