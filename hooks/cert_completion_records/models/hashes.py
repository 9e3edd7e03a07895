"""Fingerprints of texts, for columns in which no database's collation can take `Pat` for `pat` or `jose` for `josé`."""

import hashlib
import json
from functools import lru_cache

LENGTH = 64


@lru_cache(maxsize=2**10)
def fingerprint(*texts: str) -> str:
    """A text of 64 characters that is the same for the same texts in the same order, and for no others."""
    return hashlib.sha256(json.dumps(texts).encode("ascii")).hexdigest()
