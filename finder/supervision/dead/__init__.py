"""Piles that serve nobody: silent, never used, or failing each start."""
