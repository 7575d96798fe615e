"""Whose money is where: the ledger, the payment channels, and what passes between them."""
