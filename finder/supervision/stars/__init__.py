"""Stars of stations, roads and townships, which anybody can work out again from what is published."""
