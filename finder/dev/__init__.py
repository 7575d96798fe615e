"""What developers and tests need besides the product."""
