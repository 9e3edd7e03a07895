"""Hosts with one fault each: the in-memory host, and one mutation of it."""

from tests.conformance.broken import (
    acting,
    certifications,
    evidence,
    forgetting,
    form,
    interrupting,
    learners,
    messages,
    parallel,
    recording,
    repeating,
    scale,
    states,
    undoing,
)
from tests.conformance.broken.registry import FAULTS, Fault

__all__ = [
    "FAULTS",
    "Fault",
    "acting",
    "certifications",
    "evidence",
    "forgetting",
    "form",
    "interrupting",
    "learners",
    "messages",
    "parallel",
    "recording",
    "repeating",
    "scale",
    "states",
    "undoing",
]
