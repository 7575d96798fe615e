"""Roads: what a city imports of them, and where stations lie along them."""
