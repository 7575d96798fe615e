"""What the city publishes for everybody to use."""
