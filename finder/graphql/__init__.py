"""The gateway: one GraphQL schema over every room."""
