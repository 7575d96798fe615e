"""Fixtures that contract suites share, each defined beside its engines."""

from tests.contract.channel_world import practised, world
from tests.contract.databases import database, postgres_url
from tests.contract.index_engines import elastic_url, index

__all__ = ["database", "elastic_url", "index", "postgres_url", "practised", "world"]
