"""Our OCPI side and a practice operator, over real HTTP where nothing else is said."""
