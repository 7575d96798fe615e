"""Tells people of stations that they wait for, or drive to."""
