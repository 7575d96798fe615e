"""SQL: what survives a restart."""
