"""The citizens' eyes: what they report, and the pictures that prove it."""
