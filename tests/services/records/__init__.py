"""The reference service of the records system."""
