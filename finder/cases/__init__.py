"""Blocked bays at city management (城管): handed over as cases, answered by it, and closed."""
