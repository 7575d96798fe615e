"""Open Charge Map's JSON."""
