"""The analyses: each is a function from a graph to a result."""
