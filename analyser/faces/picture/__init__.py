"""A stack as a picture: what stands where, in nested boxes, and which connections exist between them."""
