"""Taking in files, and what an upload page needs beside that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cert_completion_plugin import batches, tabular, tasks
from cert_completion_plugin.api.masking import shown_to
from cert_completion_plugin.api.permissions import PERMISSION_UPLOAD, User, check, check_review, check_seen, reach
from cert_completion_plugin.batches import KeptFile, limits
from cert_completion_plugin.core import headings
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.pushed_rows import table_of
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import connections, log
from cert_completion_plugin.store.log import Logged
from cert_completion_plugin.store.values import Batch


def submit(
    user: User,
    chunks: Iterable[bytes],
    *,
    file_name: str,
    options: Options,
    corrects: Batch | None = None,
    site: str = "",
) -> Batch:
    """Take in a file of certification completions as a new import, and return at once.

    `chunks` are the bytes of the file in order. The file is stored whole or not at all; when the surrounding
    transaction commits, its reading is sent to the workers. A broker that is down does not matter here: the sweep
    sends again. `corrects`: the import of which the file has rows that were corrected; a file that was downloaded from
    a report says so itself. `site`: the domain of the site on which it was uploaded, where one installation serves
    several (django.contrib.sites); hosts and mails go by it.
    Raises OptionNotOffered, TooManyImports, and Denied: without the permission to approve imports, their review cannot
    be left out.
    A file over the site's limit comes back in state `refused`.
    """
    _check_may_submit(user, options, corrects)
    with transaction.atomic():
        batch = batches.receive(
            chunks,
            file_name=file_name,
            uploaded_by_id=user.pk,
            uploaded_by_name=user.get_username(),
            options=options,
            site=site,
        )
        return _taken_in(user, batch, corrects)


def submit_once(
    user: AbstractBaseUser,
    chunks: Iterable[bytes],
    *,
    key: str,
    request_sha256: str,
    file_name: str,
    options: Options,
    corrects: Batch | None = None,
    site: str = "",
) -> tuple[Batch, bool]:
    """As `submit`, but once for this user's `key`: the import, and whether this call made it.

    `request_sha256` (64 hexadecimal digits) is the caller's digest of all that is asked for. The same key and request
    within `KEYS_KEPT_FOR` give the same import; of several calls at once one makes it, and the others wait. Raises what
    `submit` raises, KeyReused for another request with this key, and KeyBusy where the wait is too long.
    """
    check(user, PERMISSION_UPLOAD)

    def make() -> Batch:
        return submit(user, chunks, file_name=file_name, options=options, corrects=corrects, site=site)

    return batches.once(user.pk, key, request_sha256, make)


def file_of_rows(rows: Sequence[Mapping[str, str | None]]) -> Iterator[bytes]:
    """A CSV file of these rows, for `submit` with the options `FILE_OF_ROWS`; each row has its cells by heading.

    The required columns come first, then the others in the order in which they appear; what a row lacks, and None, are
    blank cells. The first row is on line 2, and each on the next, unless a cell has line breaks. Raises RowsFaulty.
    """
    table = table_of(rows)
    return tabular.pushed_csv(table.headings, table.rows)


def _check_may_submit(user: User, options: Options, corrects: Batch | None) -> None:
    check(user, PERMISSION_UPLOAD)
    check_review(user, options)
    if corrects is not None:
        check_seen(user, corrects)
    limits.check_room(user.pk)


def _taken_in(user: User, batch: Batch, corrects: Batch | None) -> Batch:
    if corrects is not None:
        stored.correct(batch.id, corrects)
    if not batch.has_ended:
        limits.check_still_room(user.pk)
    log.add(batch, user.pk, Logged.UPLOADED)
    connections.after_commit(tasks.send_next, batch.id)
    if batch.has_ended:
        # It was refused as too large.
        connections.after_commit(tasks.send_telling, batch.id)
    return batch


def keep_file(user: AbstractBaseUser, chunks: Iterable[bytes], *, file_name: str) -> KeptFile:
    """Keep a file for this user while its form is corrected, in place of one kept before, for `KEPT_FOR` at most.

    It is no import yet. Raises TooLarge for a file over the site's limit, of which nothing is kept, and Denied.
    """
    check(user, PERMISSION_UPLOAD)
    return batches.keep_file(user.pk, chunks, file_name=file_name)


def kept_file(user: AbstractBaseUser, token: str) -> KeptFile | None:
    """The file that is kept for this user under this token; None for another user's, and for one kept too long.

    Raises Denied.
    """
    check(user, PERMISSION_UPLOAD)
    return batches.kept_file(user.pk, token)


def submit_kept(
    user: AbstractBaseUser, kept: KeptFile, *, options: Options, corrects: Batch | None = None, site: str = ""
) -> Batch:
    """Take in a kept file as a new import, as `submit` does; it is kept no longer.

    Raises OptionNotOffered, TooManyImports, KeptFileGone if it was taken in already, and Denied.
    """
    _check_may_submit(user, options, corrects)
    with transaction.atomic():
        batch = batches.receive_kept(
            kept, uploaded_by_id=user.pk, uploaded_by_name=user.get_username(), options=options, site=site
        )
        return _taken_in(user, batch, corrects)


def earlier_upload(user: User, sha256: str, *, before: int | None = None) -> Batch | None:
    """The newest import of a file with this SHA-256 (64 hexadecimal digits), older than the one with the id `before`.

    Of those alone that this user may see: whether others have uploaded a file is not told.
    It serves a warning: an import of the same file again is allowed, and changes nothing that is recorded already.
    """
    earlier = stored.earlier_with(sha256, before, reach(user))
    return earlier and shown_to(user, earlier)


def template(user: User, kind: str, *, titles: Mapping[str, str]) -> bytes:
    """A file to fill in: "csv" has the headings alone, "xlsx" on a second sheet also the certifications that this user
    may touch.

    `titles` has words for the sheets ("completions", "certifications") and the second one's headings ("short_name",
    "id_number", "full_name"). Raises CannotTell while the host cannot list its certifications, and Denied.
    """
    check(user, PERMISSION_UPLOAD)
    if kind == "csv":
        return tabular.csv_template(headings.REQUIRED)
    found = batches.certifications_for(batches.administrator(user.pk, user.get_username()))
    names = [(each.short_name, each.id_number, each.full_name) for each in found]
    return tabular.xlsx_template(
        headings.REQUIRED,
        title=titles["completions"],
        text_columns=3,
        names_title=titles["certifications"],
        names=[[titles["short_name"], titles["id_number"], titles["full_name"]], *names],
    )
