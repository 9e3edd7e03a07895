"""What every file in `sandbox/samples` is and shows: the files, their README and the tests are made from this table."""

from sandbox.sample_table.everyday import EVERYDAY, TEN_THOUSAND
from sandbox.sample_table.formats import FORMATS, QUESTIONS
from sandbox.sample_table.outcomes import EVIDENCE, FAILURES, OUTCOMES
from sandbox.sample_table.refusals import FILE_WARNINGS, REFUSALS
from sandbox.sample_table.rows import CELLS, CERTIFICATIONS, DATES, LEARNERS
from sandbox.sample_table.sample import HEADINGS, Sample, Section

__all__ = ["HEADINGS", "SAMPLES", "SECTIONS", "TEN_THOUSAND", "Sample", "Section"]

SECTIONS = (
    EVERYDAY,
    FORMATS,
    QUESTIONS,
    REFUSALS,
    FILE_WARNINGS,
    CELLS,
    LEARNERS,
    DATES,
    CERTIFICATIONS,
    OUTCOMES,
    EVIDENCE,
    FAILURES,
)
SAMPLES = tuple(sample for section in SECTIONS for sample in section.samples)
