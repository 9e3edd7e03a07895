"""How far an import is, on stderr: a bar on a terminal, else lines now and then."""

import sys
from time import monotonic
from typing import Any

import click
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.telling.trouble import trouble_text
from cert_completion_plugin.telling.undoing import working as undo_working
from cert_completion_plugin.telling.working import working

SECONDS_BETWEEN_LINES = 10


class Progress:
    """Shows what it is given; `is_shown` False for nothing but what is the matter."""

    def __init__(self, stderr: OutputWrapper, *, is_shown: bool = True) -> None:
        self._stderr = stderr
        self._is_shown = is_shown
        self._bar: Any = None
        self._phase = self._said = ""
        self._next_line = 0.0

    def batch(self, batch: api.Batch) -> None:
        """Show how far an import is that is worked on."""
        told = working(batch)
        texts = told["texts"]
        if batch.trouble:
            self._say(trouble_text(batch, api.waits_until(batch), with_names=True))
        else:
            self._say(" ".join(filter(None, (texts["stalled"], texts["health"]))))
        self.step(texts["phase"], told["percent"], texts["rows"])

    def undo(self, undo: api.Undo) -> None:
        """Show how far an undo is that is worked on."""
        told = undo_working(undo, with_names=True)
        texts = told["texts"]
        self._say(texts["trouble"] or texts["stalled"])
        is_preview = undo.state is api.UndoState.PREVIEWING
        phase = _("Looking at what would be undone.") if is_preview else _("Taking back what was recorded.")
        self.step(phase, told["percent"], texts["rows"])

    def step(self, phase: str, percent: int | None, rows: str) -> None:
        """Show a phase of work, how many per cent of it are done, and that in words."""
        if not self._is_shown:
            return
        if self._stderr.isatty():
            self._draw(phase, percent)
        elif phase != self._phase or monotonic() >= self._next_line:
            self._next_line = monotonic() + SECONDS_BETWEEN_LINES
            self._stderr.write(" ".join(filter(None, (phase, rows))), lambda text: text)
        self._phase = phase

    def _draw(self, phase: str, percent: int | None) -> None:
        if self._bar is None or phase != self._phase:
            self.end(is_done=True)
            # Not through Django's wrapper, which ends every piece of text with a line break.
            self._bar = click.progressbar(length=100, label=phase, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update((percent or 0) - self._bar.pos)

    def _say(self, text: str) -> None:
        """Once, what is the matter."""
        if text and text != self._said:
            self.end()
            self._stderr.write(text, lambda text: text)
        self._said = text or self._said

    def end(self, *, is_done: bool = False) -> None:
        """Leave the bar where it is, or fill it if its phase is done, and go to the next line."""
        if self._bar is not None:
            self._bar.update(100 - self._bar.pos if is_done else 0)
            self._bar.__exit__(None, None, None)
            self._bar = None
