"""What make runs before there is a virtualenv: the standard library only, on Python 3.8 and later.

``local`` and ``redis_server`` run in the virtualenv, and may use what it holds.
"""

import sys

if sys.version_info < (3, 8):  # noqa: UP036 - said here because what is beside this does not even compile there
    sys.exit("set-up stopped: Python 3.11 to 3.14 is needed, this is older; name another: make PYTHON=python3.13 ...")
