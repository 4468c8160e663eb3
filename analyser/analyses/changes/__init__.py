"""What an update would do to what a stack has already."""
