"""Measures the forecast on real series against forecasts that anybody could make."""
