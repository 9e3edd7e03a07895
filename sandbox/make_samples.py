"""Writes the sample files and their README, always the same: `python -m sandbox.make_samples`."""

from pathlib import Path

from django.conf import settings

from cert_completion_plugin import labels
from sandbox.sample_table import SAMPLES, SECTIONS, Sample, Section

FOLDER = Path(__file__).resolve().parent / "samples"
README = "README.md"

_INTRODUCTION = """# Sample files

Start the sandbox with `make run`, log in as `uploader` (password `uploader`), and upload one of these files. Each is
named after what it shows: most after one of the codes of [import-rules.md](../../docs/import-rules.md).

- Choose on the page what stands under *choose*, and leave everything else as it was at the beginning. The page
  remembers what you chose last.
- Each file is shown with its plan first; press *Record* there to have it recorded, and see the report.
- *shows* lists the outcomes of the rows, and the codes of the problems, warnings and reasons in the report.
- The files do not get in each other's way, but for `ten-thousand.csv`, after which most learners hold something. A file
  that is uploaded twice writes nothing the second time: all is already held. `make reset` forgets everything; use it
  too if your sandbox is older than these files and lacks a learner or certification.
- No file is named after `drifted`, because it takes two: upload `certified.csv` twice and look at both plans. Record
  the second one, then the first: what the first was planned on has changed meanwhile, and its rows drift.

This file and the samples are made from `sandbox/sample_table` by `python -m sandbox.make_samples`.
"""


def write(folder: Path) -> None:
    """Write all samples and their README into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / sample.name).write_bytes(sample.content())
    (folder / README).write_text(readme(), encoding="utf-8")


def readme() -> str:
    return "\n".join([_INTRODUCTION, *map(_section, SECTIONS)])


def _section(section: Section) -> str:
    lines = [f"## {section.title}", "", "| file | holds | choose | you will see | shows |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *map(_line, section.samples), ""])


def _line(sample: Sample) -> str:
    shows = ", ".join(f"`{each}`" for each in sample.shows)
    cells = (f"[{sample.name}]({sample.name})", sample.holds, _options(sample), sample.see, shows)
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _options(sample: Sample) -> str:
    """The options in the words of the page."""
    return "; ".join(
        f"{labels.NAMES[name]}: {labels.value_text(name, value)}" for name, value in sample.options.items()
    )


if __name__ == "__main__":
    # The labels are translated when they are shown.
    settings.configure(USE_I18N=False)
    write(FOLDER)
