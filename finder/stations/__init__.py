"""What is where: the model, merging, search, and its index."""
