"""What people and programs get to see of an analysis: terminal, page, picture, formats, commands."""
