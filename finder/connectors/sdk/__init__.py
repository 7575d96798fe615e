"""What a connector is made of: ports, records and an HTTP client."""
