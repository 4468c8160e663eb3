"""The program's own policy."""

GENEROUS = True
