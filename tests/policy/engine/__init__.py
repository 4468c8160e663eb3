"""Pulumi's engine without the engine: the pack's process, what it is called with, and recordings of the real calls."""
