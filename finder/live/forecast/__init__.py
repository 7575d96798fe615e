"""How likely a bay is free at an hour to come, from what the board saw."""
