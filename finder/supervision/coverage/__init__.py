"""The plan's targets against what is live."""
