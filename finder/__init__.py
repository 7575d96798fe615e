"""A citizen's charging finder for one city and for every city after it."""
