"""What `strata` can be told to do."""
