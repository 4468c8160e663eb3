"""One module a service; a rule is in the pack by standing in one of them."""
