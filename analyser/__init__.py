"""What can be said of a Pulumi program before anything exists: run it, hold its graph, analyse, show."""
