"""An order from quote to bill."""
