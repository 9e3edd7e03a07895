"""The words in which a row is explained: a story in steps. Every step says what happened, in plain sentences."""

from cert_completion_plugin.telling.story.steps import Step, steps_of, summary_of

__all__ = ["Step", "steps_of", "summary_of"]
