"""What answers behind the REST API until the product's own package is there."""
