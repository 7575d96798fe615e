"""The city's eyes: what is there against what was planned."""
