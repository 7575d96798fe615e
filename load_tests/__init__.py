"""The benchmark and its peers, side by side."""
