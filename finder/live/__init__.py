"""What is free now: the board of live status."""
