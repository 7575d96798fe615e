"""Fixtures that contract suites share, each defined beside its engines."""

from tests.contract.index_engines import elastic_url, index

__all__ = ["elastic_url", "index"]
