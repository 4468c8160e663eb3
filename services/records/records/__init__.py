"""The reference service of the records system: billions of records, each answer in under 500 ms."""
