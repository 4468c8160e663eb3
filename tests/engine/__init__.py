"""Takes stacks through Pulumi's own engine with stand-ins for the clouds; `make engine` runs it."""
