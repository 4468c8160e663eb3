"""Measures the records' reference service against rows: ``make bench-records``."""
