"""Tests of the connector to Lantern Charge."""
