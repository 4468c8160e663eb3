"""The API of MDReader: a FastAPI application, of which the product's own takes the place by a setting."""
