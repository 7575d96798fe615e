"""The charging finder's connector to Lantern."""

from finder_lantern.connector import Kind

KIND = Kind()
