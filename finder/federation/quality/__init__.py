"""How good an operator's data is: what does not fit is kept from drivers, listed, and scored."""
