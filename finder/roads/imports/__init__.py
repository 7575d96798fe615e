"""Files that a city has of its roads, read into roads: GeoJSON, GPX, OpenStreetMap."""
