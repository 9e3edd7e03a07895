"""What imports tell other code of the site, as Django signals.

They are sent when what they tell is committed, with `send_robust`: a receiver that fails keeps nobody else from hearing
and changes no import. Receivers run where it happened, in a web process or a worker: what takes long belongs into a
task of their own. `sender` is always None. Values are those of the contract (`cert_completion_hooks`), never models:
`batch` is a `BatchInfo`, `summary` a `BatchSummary`.

`batch_finished` and `batch_undone` are sent at least once: where a process died before it could send them the sweep
makes up for it, so that a receiver may hear of the same end twice. The others are sent once, unless the process dies
in that very moment; whoever must not miss one asks `api.imports` as well.
"""

from django.dispatch import Signal

__all__ = [
    "batch_approved",
    "batch_awaits_approval",
    "batch_finished",
    "batch_needs_answer",
    "batch_received",
    "batch_undone",
]

batch_received = Signal()
"""A file was taken in. Given: `batch`."""

batch_needs_answer = Signal()
"""An import asks for the format of its dates, and waits. Given: `batch`."""

batch_awaits_approval = Signal()
"""A plan is complete and waits for approval. Given: `batch` (`batch.plan` is its number) and `summary`: its state is
"awaiting_approval", its outcomes are what approving would lead to."""

batch_approved = Signal()
"""A plan was approved and is being written. Given: `batch`; `batch.actor` is who approved it."""

batch_finished = Signal()
"""An import has ended, however it did. Given: `batch` and `summary`: its state is "finished", "refused", "cancelled" or
"failed", its outcomes count the rows."""

batch_undone = Signal()
"""An undo of an import is done. Given: `batch` (`batch.actor` is who confirmed it), `number` of the undo among those of
the import, `reason` as it was given, and `rows` by what became of them: "undone", "changed_since" or "cannot"."""
