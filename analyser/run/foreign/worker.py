"""Runs one Pulumi program as the engine's language host does: in the program's own Python, with its own SDK.

Imports nothing of Strata: it is started by its path, with a JSON object on its standard input, and speaks to whoever
started it by Pulumi's own protocol, at the addresses that are in there. An error is a message of the program to the
engine, one line each. https://github.com/pulumi/pulumi/blob/master/sdk/python/cmd/pulumi-language-python-exec
"""

import asyncio
import inspect
import json
import logging
import os
import runpy
import sys
import traceback


def main(said):
    if said["finder"]:
        sys.path.append(said["finder"])
        from analyser.run import sdk

        sdk.install()
    try:
        import pulumi
    except ImportError:
        sys.stderr.write(f"{sys.executable} has no pulumi; install what the program requires into its virtualenv\n")
        return 1
    pulumi.runtime.set_all_config(said["config"], said["secret_keys"])
    leave_unknown(pulumi, said["hidden"], texts_too=said["texts_unknown"])
    start_nothing()
    options = {key: said[key] for key in ("monitor", "engine", "project", "stack", "organization", "root_directory")}
    known = inspect.signature(pulumi.runtime.Settings.__init__).parameters  # an older SDK has fewer
    options = {key: value for key, value in options.items() if key in known}
    pulumi.runtime.configure(pulumi.runtime.Settings(dry_run=True, parallel=16, **options))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it tells of futures that a failed program left behind
    setattr(pulumi.log, "debug", lambda *_, **__: None)  # noqa: B010 - each is a call, and nobody is told
    os.chdir(said["folder"])
    sys.path.insert(0, said["folder"])
    sys.argv = [said["program"]]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def run() -> None:
        runpy.run_path(said["program"], run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(run))
    except SystemExit as error:
        return complain(f"{place(error, said['root'])}the program exited by itself ({error.code})")
    except ModuleNotFoundError as error:
        wanted = "install what the program requires into the virtualenv that Pulumi.yaml names (runtime.options)"
        return complain(f"{place(error, said['root'])}{error}; {wanted}")
    except Exception as error:
        kind = "" if isinstance(error, pulumi.RunError) else f"{type(error).__name__}: "
        return complain(f"{place(error, said['root'])}{kind}{' '.join(str(error).split())}")
    return 0


def start_nothing():
    """Keeps a program that drives Pulumi's CLI from doing so: where there is one, it would deploy."""
    from pulumi.automation import LocalWorkspace

    def refuse(*_, **__):
        raise RuntimeError(
            "the program has the Automation API start Pulumi, which nothing starts here; let main in Pulumi.yaml name "
            "a file that calls its inline program, or give --from what pulumi stack export wrote"
        )

    LocalWorkspace.__init__ = refuse


def leave_unknown(pulumi, text, texts_too=False):
    """Makes secrets that a program reads as numbers, truths or objects unknown: the text in their place is no such.

    With ``texts_too`` those that it reads as text: a program may take it apart, as one does that holds JSON or a key.
    """

    def asked(read):
        def answer(config, key, *default, **named):
            if pulumi.runtime.get_config(config.full_key(key)) != text:
                return read(config, key, *default, **named)
            return unknown()

        return answer

    def unknown():
        return pulumi.Output(set(), settled(None), settled(False), settled(True))

    def settled(value):
        future = asyncio.Future()
        future.set_result(value)
        return future

    kinds = ("_int", "_float", "_bool", "_object", *([""] if texts_too else []))
    for name in [f"{verb}_secret{kind}" for verb in ("get", "require") for kind in kinds]:
        setattr(pulumi.Config, name, asked(getattr(pulumi.Config, name)))


def complain(line):
    import pulumi

    pulumi.log.error(line)
    return 1


def place(error, root):
    """File and line of the project's innermost frame that led to an error, or of any of those before it."""
    seen = []  # errors that were raised while one another were handled go in a circle
    while error is not None and error not in seen:
        seen.append(error)
        if isinstance(error, SyntaxError) and str(error.filename).startswith(root + os.sep):
            return f"{os.path.relpath(error.filename, root)}:{error.lineno}: "  # no frame has come to it
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith(root + os.sep) and "site-packages" not in frame.filename
        ]
        if frames:
            return f"{os.path.relpath(frames[-1].filename, root)}:{frames[-1].lineno}: "
        error = error.__cause__ or error.__context__
    return ""


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file, whose neighbours are no modules of the program
    code = main(json.loads(sys.stdin.read()))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # what the program started, and a failed one left behind, is not waited for
