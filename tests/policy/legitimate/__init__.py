"""Deliberately legitimate configurations, one module a family; test_legitimate.py asks the pack about each."""
