"""Running a program in this process with no cloud: what it registers, and what clouds would answer."""
