"""Names of the project's own, which every service takes."""

from typing import Annotated

from settings.form import Form

_MOST = 40
_PATTERN = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
_WORDS = "a name: lower-case letters, digits and single hyphens, a letter first"


def name_form(most: int) -> Form:
    """A name of at most so many characters."""
    return Form(_PATTERN, _WORDS, "records", most=most)


Name = Annotated[str, name_form(_MOST)]
"""A lower-case hyphenated name."""
