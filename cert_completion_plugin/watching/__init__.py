"""Watched places: files that lie there are imported for a named user, and put away with their reports."""

from cert_completion_plugin.watching.events import Event, Kind
from cert_completion_plugin.watching.looking import look, look_once, open_imports

__all__ = ["Event", "Kind", "look", "look_once", "open_imports"]
