"""A host for Open edX: what is its own comes from the platform, the rest from the record book."""
