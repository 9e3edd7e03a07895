"""Answering the question of an import about its dates."""

from cert_completion_plugin.batches import announcing, clock
from cert_completion_plugin.core.options import DATE_FORMATS, OptionsError
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.store import batches


def answer(batch_id: int, date_format: str) -> bool:
    """Let an import that asked for its date format go on with this one; says whether it was still asking.

    Nothing is uploaded or read again: the reader goes on at the end of the file. Raises OptionsError for a format that
    does not exist.
    """
    if date_format not in DATE_FORMATS:
        raise OptionsError(f"There is no date format {date_format!r}. Date formats are: {', '.join(DATE_FORMATS)}.")
    answers = {"date_format": date_format}
    answered = batches.move(
        batch_id, [BatchState.NEEDS_ANSWER], BatchState.READING, now=clock.now(), answers=answers, attempts=0
    )
    if answered:
        announcing.answered(batch_id)
    return answered
