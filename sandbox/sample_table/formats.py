"""Files that are written in other ways, and files that ask for their date format (import-rules.md §1, §2 and §2.1)."""

from cert_completion_plugin.core.outcomes import BatchState, Outcome
from sandbox.sample_table.sample import Sample, Section, csv_file, of_rows
from sandbox.sample_table.workbooks import spreadsheet, workbook, workbook_with_cover

_INDUCTION = ("site_induction", "si1")
_HISTORY = (Outcome.HISTORY,)


def _with_separator_line() -> bytes:
    rows = [("j.smith", *_INDUCTION, "31.05.2025", ""), ("m.brown", *_INDUCTION, "04.06.2025", "30.06.2025")]
    return b"sep=;\n" + csv_file(rows, separator=";")


FORMATS = Section(
    "Other ways to write a file",
    (
        Sample(
            name="semicolons.csv",
            content=_with_separator_line,
            shows=_HISTORY,
            holds="Semicolons between the cells, a line `sep=;` before the headings, and dates with dots.",
            see="The separator and the date format are worked out from the file, and the page says so.",
        ),
        Sample(
            name="utf-16.txt",
            content=of_rows(
                ("zoë.lindström", *_INDUCTION, "30/05/2025", ""),
                ("jürgen.groß", *_INDUCTION, "03/06/2025", ""),
                separator="\t",
                encoding="utf-16",
            ),
            shows=_HISTORY,
            holds='What Excel saves as "Unicode Text": UTF-16 with tabs.',
            see="Encoding and separator are worked out from the file.",
        ),
        Sample(
            name="workbook.xlsx",
            content=workbook,
            shows=_HISTORY,
            holds="A workbook with real dates, and the ID number 0047 as a number that is shown with its zeros.",
            see="The zeros and the dates arrive as the workbook shows them.",
        ),
        Sample(
            name="workbook-second-sheet.xlsx",
            content=workbook_with_cover,
            options={"sheet": "Completions"},
            shows=_HISTORY,
            holds="A cover sheet first; the completions are on the sheet `Completions`.",
            see="The second sheet is read. Without the option, the cover sheet lacks the headings.",
        ),
        Sample(
            name="spreadsheet.ods",
            content=spreadsheet,
            shows=_HISTORY,
            holds="Rows as in `workbook.xlsx`, in an OpenDocument spreadsheet.",
            see="The same as there.",
        ),
        Sample(
            name="ignore-case.csv",
            content=of_rows(
                ("p.singh", "Data_Protection", "DP1", "2025-06-17", ""), ("j.smith", "FIRST_AID", "", "2025-06-17", "")
            ),
            options={"ignore_case": True},
            shows=_HISTORY,
            holds="Certifications in capitals that they do not have.",
            see="They are found all the same. Without the option, the rows are rejected, with what may be meant.",
        ),
    ),
)

QUESTIONS = Section(
    "Files that ask for their date format",
    (
        Sample(
            name="dates-ambiguous.csv",
            content=of_rows(
                ("j.smith", *_INDUCTION, "03/04/2025", ""),
                ("m.brown", *_INDUCTION, "05/06/2025", "07/08/2025"),
                ("k.adeyemi", *_INDUCTION, "09/10/2025", ""),
            ),
            state=BatchState.NEEDS_ANSWER,
            holds="Every date could be day first or month first.",
            see="The import waits and shows three lines read each way. Choose one, and it goes on.",
        ),
        Sample(
            name="dates-contradictory.csv",
            content=of_rows(
                ("j.smith", *_INDUCTION, "31/05/2025", ""),
                ("m.brown", *_INDUCTION, "25/06/2025", ""),
                ("k.adeyemi", *_INDUCTION, "05/31/2025", ""),
            ),
            state=BatchState.NEEDS_ANSWER,
            holds="Two dates that are day first, one that is month first.",
            see="The import waits, names the lines, and offers the order that fits most of them.",
        ),
        Sample(
            name="dates-two-digit-years.csv",
            content=of_rows(
                ("j.smith", *_INDUCTION, "31/05/25", ""),
                ("m.brown", *_INDUCTION, "04/06/25", ""),
            ),
            state=BatchState.NEEDS_ANSWER,
            holds="Years of two digits, which are never guessed.",
            see="The import waits and asks for the format; choose DD/MM/YY.",
        ),
    ),
)
