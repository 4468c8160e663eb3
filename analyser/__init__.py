"""The offline analyser: runs a Pulumi program without a cloud, analyses the graph and shows the results."""
