"""What a preview looks like in a terminal or a pipe; each module shows one thing of a Report."""
