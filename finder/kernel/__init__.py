"""Words that every room shares; pure, with no I/O."""
