"""How operators are spoken to; one package a protocol, none importing another."""
