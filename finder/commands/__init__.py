"""Commands that need a module of their own; cli.py mounts them."""
