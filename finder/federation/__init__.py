"""Keeps operators in step: schedule, breaker, ingest."""
