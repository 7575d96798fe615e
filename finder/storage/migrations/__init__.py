"""Alembic's environment: the revisions that bring a database from nothing to what this finder needs."""
