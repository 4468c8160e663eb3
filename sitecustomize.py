"""Has a Python that is asked to load the providers' SDKs part by part, before anything imports them: a checker's, which
runs the program itself (``make conform``; docs/decisions/0036). Where the system has a module of this name, that one is
taken, and the SDKs load plainly."""

import gc
import os

if os.environ.get("STRATA_SDK") == "parts":
    from analyser.run import sdk

    gc.disable()  # it ends with the stack that it checks: looking for garbage was a third of its CPU seconds
    sdk.install()
