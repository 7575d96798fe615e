"""Other implementations of the protocols, run beside the tests in environments of their own."""
