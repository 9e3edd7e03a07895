"""A new import: of a file in a form, or of rows in JSON; once, if the request has a key."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from cert_completion_plugin import api, conf
from cert_completion_plugin.core.headings import REQUIRED
from cert_completion_plugin.rest.describing import Shape
from cert_completion_plugin.rest.documents.options import ChosenOptions, OptionsOfRows, not_offered
from cert_completion_plugin.rest.parsing import is_form, read_json, too_large
from cert_completion_plugin.rest.problems import Fault, Problem, not_valid, pointer
from cert_completion_plugin.rest.reading import Body, Shaped, Text, checked_body

KEY_HEADER = "Idempotency-Key"
KEY = Shape(
    "1 to 255 visible ASCII characters, with or without quotation marks around them. The same request with the same "
    "key gives the same import.",
    pattern="^[!-~]{1,255}$",
)
_KEY = re.compile(KEY.pattern)

_FAULTS: Mapping[api.FaultKind, Any] = {
    api.FaultKind.NOT_A_ROW: gettext_lazy("A row has to be an object: its cells by their headings."),
    api.FaultKind.NOT_A_TEXT: gettext_lazy(
        "A cell has to be a text, or null where it is blank. Write numbers in quotation marks, with all their zeros."
    ),
    api.FaultKind.NOT_UNICODE: gettext_lazy("This holds half a character (a lone surrogate)."),
    api.FaultKind.REPEATED: gettext_lazy(
        "The row has this column twice: headings are compared without case and blanks."
    ),
    api.FaultKind.TOO_MANY_COLUMNS: gettext_lazy("The rows have more columns than this site takes; see limits."),
}

_CELL = {"type": "string", "nullable": True}
_ROW = {"type": "object", "properties": dict.fromkeys(REQUIRED, _CELL), "additionalProperties": _CELL}


class Rows(Shaped):
    """Rows, each with its cells by heading: they become a CSV file, as import-rules.md §1 wants it."""

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "array", "items": _ROW}

    default_error_messages: ClassVar[Any] = {
        "required": gettext_lazy("This is missing."),
        "null": gettext_lazy("This is missing."),
        "invalid": gettext_lazy("The rows have to be a list."),
    }

    def to_internal_value(self, data: Any) -> Iterable[bytes]:
        if not isinstance(data, list):
            self.fail("invalid")
        try:
            return api.file_of_rows(data)
        except api.RowsFaulty as faulty:
            raise serializers.ValidationError(_by_place(faulty.faults)) from faulty


def _by_place(faults: Iterable[api.Fault]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for fault in faults:
        told = [serializers.ErrorDetail(str(_FAULTS[fault.kind]), code=str(fault.kind))]
        if fault.key is None:
            found[fault.row] = told
        else:
            found.setdefault(fault.row, {})[fault.key] = told
    return found


_CORRECTS = "The reference of the import of which these are corrected rows."


class NewImport(Body):
    """An import of rows: they become a file of this name, of which the first row is on line 2."""

    file_name = Text(max_length=255, required=False, default="rows.csv")
    options = OptionsOfRows(required=False)
    rows = Rows()
    corrects = Text(required=False, help_text=_CORRECTS)


class SentFile(Shaped):
    """A file in a form."""

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "string", "format": "binary"}

    default_error_messages: ClassVar[Any] = {
        "required": gettext_lazy("The file is missing."),
        "invalid": gettext_lazy("This has to be a file, with a name."),
    }

    def to_internal_value(self, data: Any) -> "UploadedFile[Any]":
        if not isinstance(data, UploadedFile):
            self.fail("invalid")
        return data


class FormText(Text):
    """A text of a form, in which what is blank is absent."""

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[^\x00]*$"}


class NewImportFile(Body):
    """An import of a file; `options` are an object in JSON."""

    file = SentFile()
    options = ChosenOptions(required=False)
    corrects = FormText(required=False, help_text=_CORRECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a request asks for; `chunks` gives the bytes of the file, as often as it is called."""

    file_name: str
    chunks: Callable[[], Iterable[bytes]]
    chosen: Mapping[str, Any]
    dialect: Mapping[str, str]
    corrects: api.Batch | None

    def options(self, user: api.User) -> api.Options:
        """What was chosen, and for the rest what the site has by default and the user may choose."""
        defaults = api.defaults().as_mapping()
        defaults["review"] = defaults["review"] or not api.may_leave_out_review(user)
        return api.Options.from_mapping({**defaults, **self.dialect, **self.chosen})

    def sha256(self) -> str:
        """The same for the same request: however its form is bounded, and whatever the site has by default today."""
        file = sha256()
        for chunk in self.chunks():
            file.update(chunk)
        corrects = self.corrects and self.corrects.reference
        said = [self.file_name, file.hexdigest(), dict(self.chosen), corrects]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def create(request: Request) -> tuple[api.Batch, bool]:
    """Make the import that a request asks for, or find what was made of it before; and say which. Raises Problem."""
    assert isinstance(request.user, AbstractBaseUser)
    key = _key(request)
    asked = _asked(request)
    given: dict[str, Any] = {"file_name": asked.file_name, "corrects": asked.corrects}
    given["site"] = api.site_of(request._request)
    try:
        given["options"] = asked.options(request.user)
        if key is None:
            return api.submit(request.user, asked.chunks(), **given), True
        return api.submit_once(request.user, asked.chunks(), key=key, request_sha256=asked.sha256(), **given)
    except api.TooManyImports as refusal:
        text = _(
            "%(limit)s import(s) of this user have not ended yet. Wait until one has ended; approve, answer or cancel "
            "one that waits for somebody."
        )
        more = {"limit": refusal.limit}
        raise Problem("too_many_imports", text % more, more=more, headers={"Retry-After": "60"}) from None
    except api.OptionNotOffered as refusal:
        raise not_valid(not_offered(refusal)) from refusal
    except api.KeyReused:
        raise Problem("key_reused", _("This key came with another request before. Take a new key.")) from None
    except api.KeyBusy:
        text = _("A request with this key is being worked on. Send the same again in a moment.")
        raise Problem("key_busy", text, headers={"Retry-After": "5"}) from None


def _key(request: Request) -> str | None:
    """The key of a request, with or without quotation marks around it."""
    given = request.headers.get(KEY_HEADER)
    if given is None:
        return None
    key = given.strip()
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        text = _("A key has 1 to 255 visible ASCII characters and no blanks.")
        raise not_valid(Fault(code="invalid", detail=text, header=KEY_HEADER))
    return key


def _asked(request: Request) -> _Asked:
    return _of_form(request) if is_form(request) else _of_rows(request)


def _of_rows(request: Request) -> _Asked:
    body = checked_body(request.data, NewImport)
    content = b"".join(body["rows"])
    _check_size(len(content))
    return _Asked(
        file_name=body["file_name"],
        chunks=lambda: [content],
        chosen=body.get("options", {}),
        dialect=api.FILE_OF_ROWS,
        corrects=_corrected(request, body),
    )


def _of_form(request: Request) -> _Asked:
    body = checked_body(_form(request), NewImportFile)
    file = body["file"]
    _check_size(file.size)
    return _Asked(
        file_name=file.name,
        chunks=file.chunks,
        chosen=body.get("options", {}),
        dialect={},
        corrects=_corrected(request, body),
    )


def _form(request: Request) -> dict[str, Any]:
    """The fields of a form that are not blank, each once, with the options read."""
    data: Any = request.data
    repeated = [name for name in data if len(data.getlist(name)) > 1]
    if repeated:
        text = _("This can be given once.")
        raise not_valid(*(Fault(code="repeated", detail=text, pointer=pointer(name)) for name in repeated))
    fields = {name: data[name] for name in data if data[name] != ""}
    if isinstance(fields.get("options"), str):
        fields["options"] = _options(fields["options"])
    return fields


def _options(text: str) -> Any:
    try:
        return read_json(text)
    except Problem as problem:
        fault = Fault(code="wrong_type", detail=str(problem.detail), pointer=pointer("options"))
        raise not_valid(fault) from None


def _check_size(size: int) -> None:
    if size > (most := conf.settings().max_bytes):
        raise too_large(most)


def _corrected(request: Request, body: Mapping[str, Any]) -> api.Batch | None:
    """The import of which rows are corrected; for those alone who may see it."""
    reference = body.get("corrects")
    if reference is None:
        return None
    batch = api.find(request.user, reference)
    if batch is None:
        text = _("There is no such import, or none that you may see.")
        raise not_valid(Fault(code="not_offered", detail=text, pointer=pointer("corrects")))
    return batch
