"""A finder whose whole process tree is killed at random points; the world outside lives on and keeps the truth."""
