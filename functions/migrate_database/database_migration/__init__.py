"""Applies SQL files to a database."""
