"""What the beginning of a text file and the options tell about it: whether it is text, and how to read it."""

import re
from dataclasses import replace

from cert_completion_plugin.core.headings import OWN_REFERENCE
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import AUTO, SEPARATORS, Options
from cert_completion_plugin.tabular.contents import first_bytes, refuse_binary, refuse_other_formats
from cert_completion_plugin.tabular.detection import find_dialect
from cert_completion_plugin.tabular.encodings import declared_encoding, guess_encoding, length_of_marks
from cert_completion_plugin.tabular.values import ByteSource, Dialect, Opening, ReaderState, Refused


def open_text(source: ByteSource, options: Options) -> Opening:
    """The place where the first line to read begins, with the dialect to read it in, chosen or detected.

    That place lies after byte order marks, a line such as `sep=;` and blank lines. Comes with the warning
    `encoding_guessed` (detail `encoding`) where that is so. Raises Refused: `file_empty` without any byte;
    `file_unreadable` for what is no text (detail `kind`: archive, picture, document, utf-16, binary);
    `encoding_invalid` for a byte order mark that contradicts the chosen encoding (import-rules.md §1 and §1.1).
    """
    first = first_bytes(source)
    if not first:
        raise Refused(Issue(Code.FILE_EMPTY))
    refuse_other_formats(first)
    options = _of_report(first, options)
    encoding = declared_encoding(first, options.encoding)
    refuse_binary(first, encoding)
    encoding, issues = (encoding, ()) if encoding else guess_encoding(source)
    start = ReaderState(dialect=Dialect(encoding=encoding), offset=length_of_marks(first, encoding), line=1)
    return Opening(state=find_dialect(source, start, options), issues=issues)


# Its last heading with the separator before it, also where a spreadsheet program has put all cells in quotes.
_CELL_ENDS = re.escape("".join(SEPARATORS).encode())
_REPORT = re.compile(rb'([%s])"?%s"?[%s\r\n]' % (_CELL_ENDS, re.escape(OWN_REFERENCE.encode()), _CELL_ENDS))
_UTF8_MARK = "\ufeff".encode()


def _of_report(first: bytes, options: Options) -> Options:
    """For a file that was downloaded from a report, what is known of it in place of what was chosen for another file.

    Its cells may begin with the guard, which is no quotation mark.
    """
    found = _REPORT.search(first)
    if found is None:
        return options
    encoding = AUTO if first.startswith(_UTF8_MARK) else options.encoding
    return replace(options, encoding=encoding, separator=found[1].decode(), quote='"')
