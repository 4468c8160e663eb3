"""Start of the policy pack's process, as Pulumi's engine runs it from this folder, whatever the folder is called."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

HERE = Path(__file__).resolve().parent


def package() -> None:
    """Make this folder the package `policy`, as in the preview and the tests.

    The engine puts the folder itself first on the path. Neither it nor what it lies in stays there: a program's own
    `yaml.py` or `json/` is none of the pack's.
    """
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
    spec = spec_from_file_location("policy", HERE / "__init__.py", submodule_search_locations=[str(HERE)])
    assert spec is not None
    assert spec.loader is not None
    sys.modules["policy"] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules["policy"])


if __name__ == "__main__":
    package()
    from policy.start import main

    main()
