"""Any other Pulumi program: run in a process of its own, which speaks to the recorder as to Pulumi's engine."""
