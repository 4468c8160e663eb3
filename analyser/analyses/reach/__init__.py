"""Who can open a connection to what, from the graph of a known run; what each part decides is said in its module."""
