"""A cloud on a laptop: an emulator of AWS, filled from what a stack registers, with its code running in it."""
