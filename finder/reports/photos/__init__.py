"""Pictures of reports: checked, cleaned of whoever happens to be in them, and kept."""
