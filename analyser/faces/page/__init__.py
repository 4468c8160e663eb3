"""The report of a stack as one HTML page that needs nothing else: no network, no fonts, no files beside it."""
