"""A complete host in plain Python: a double for tests, and an example to read before writing a host.

Build a world with `add_learner`, `add_certification`, `hold`, ...; look at it with `held`, `evidence`, `sent`, ...
(`world.py`). The hooks of the contract are one method each (`host.py`).
"""

from cert_completion_hooks.memory.host import MemoryHost

__all__ = ["MemoryHost"]
