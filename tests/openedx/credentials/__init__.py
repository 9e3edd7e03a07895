"""As much of Credentials as a plugin meets while it is loaded."""
