"""A connector as a package of its own, made from a template whose own tests pass."""
