"""Editors of both models over real stores, through everything that happens to servers: no acknowledged edit is lost."""
