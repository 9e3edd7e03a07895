"""What the API answers with: each document once, for writing it and for describing it."""
