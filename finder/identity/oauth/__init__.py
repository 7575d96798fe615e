"""OAuth 2 for operators' machines: client_credentials with private_key_jwt, on Authlib and joserfc."""
