"""What follows from a graph; each analysis has its facts, a function of the graph, a result."""
