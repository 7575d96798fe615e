"""The network as it is this second, by county and operator."""
