"""What a command says when it cannot do what was asked."""


class UsageError(Exception):
    """The command cannot do what was asked; one line a problem."""
