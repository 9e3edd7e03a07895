import hashlib

import pytest

from cert_completion_plugin import api, batches, tabular
from cert_completion_plugin.models import FilePiece, ImportBatch, ImportRow, Portion
from tests.batches.conftest import HEADINGS, let_time_pass, outcomes

pytestmark = pytest.mark.django_db


def found(batch):
    """The import as it is now."""
    now = api.find(api.SYSTEM, batch.reference)
    assert now is not None
    return now


def codes(batch):
    return sorted(str(issue.code) for issue in api.find(api.SYSTEM, batch.reference).file_issues)


def test_a_file_without_rows_is_a_finished_import(world, submit):
    batch = submit()
    batches.read(batch.id)
    assert [(summary.state, summary.rows) for _, summary in world.finished] == [("finished", 0)]
    ended = api.find(api.SYSTEM, batch.reference)
    assert (ended.state, ended.rows_read, ended.file_issues) == ("finished", 0, ())


def test_the_file_is_stored_in_pieces_and_hashed(world, submit):
    content = HEADINGS.encode() + b"a00,Forklift,,2026-01-01,\n" * 60_000
    batch = submit(content=content)
    pieces = FilePiece.objects.filter(batch_id=batch.id).order_by("number")
    assert max(len(bytes(piece.content)) for piece in pieces) == 512 * 1024
    assert b"".join(bytes(piece.content) for piece in pieces) == content
    assert batch.file_size == len(content)
    assert batch.file_sha256 == hashlib.sha256(content).hexdigest()


def test_the_file_can_be_kept_in_a_django_storage(world, submit, settings, tmp_path):
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "uploads": kept}
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "FILE_STORAGE": "uploads"}
    batch = submit(*["a00,Forklift,,2026-01-01,"] * 30_000)
    assert not FilePiece.objects.exists()
    assert (tmp_path / batch.file_path).stat().st_size == batch.file_size > 512 * 1024
    batches.read(batch.id)
    assert api.find(api.SYSTEM, batch.reference).rows_read == 30_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["file_empty"]),
        (b"\n\n", ["file_empty"]),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ["file_unreadable"]),
        (b"username,certificationshortname\na,b\n", ["column_missing"] * 3),
        (HEADINGS.replace("duedate", "username").encode(), ["column_missing", "column_repeated"]),
        (HEADINGS.encode() + b'a00,"Forklift,,2026-01-01,\n', ["quote_unclosed"]),
        (HEADINGS.encode() + "é, ñ".encode() + b"\xfflift,,2026-01-01,\n", ["encoding_invalid"]),
        (b'username,x\na,"b\n', ["column_missing"] * 4 + ["column_unknown", "quote_unclosed"]),
    ],
)
def test_a_refused_file_keeps_its_reasons_and_no_rows(world, submit, content, expected):
    batch = submit(content=content)
    api.work_off(batch.id)
    assert codes(batch) == expected
    assert api.find(api.SYSTEM, batch.reference).state == "refused"
    assert not ImportRow.objects.filter(batch_id=batch.id).exists()
    assert not world.written
    assert [summary.state for _, summary in world.finished] == ["refused"]


def test_a_file_refused_late_loses_the_rows_read_before(world, submit):
    rows = b"a00,Forklift,,2026-01-01,\n" * 12_000
    batch = submit(content=HEADINGS.encode() + rows + b'a00,"Forklift,,2026-01-01,\n')
    api.work_off(batch.id)
    assert codes(batch) == ["quote_unclosed"]
    assert api.find(api.SYSTEM, batch.reference).file_issues[0].line == 12_002
    assert not ImportRow.objects.filter(batch_id=batch.id).exists()


def test_a_file_over_the_limit_in_bytes_is_refused_and_not_kept(
    world, submit, settings, django_capture_on_commit_callbacks
):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 100}
    with django_capture_on_commit_callbacks(execute=True):
        batch = submit(*["a00,Forklift,,2026-01-01,"] * 5)
    assert [summary.state for _, summary in world.finished] == ["refused"]
    assert (batch.state, codes(batch)) == ("refused", ["file_too_large"])
    assert not FilePiece.objects.filter(batch_id=batch.id).exists()


def test_a_file_over_the_limit_in_rows_is_refused_with_every_reason(world, submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_ROWS": 2}
    batch = submit(*["a00,Forklift,,2026-01-01"] * 3, headings=HEADINGS.replace(",duedate", ""))
    api.work_off(batch.id)
    assert codes(batch) == ["column_missing", "too_many_rows"]


def test_an_upload_that_breaks_off_leaves_nothing(world, uploader):
    def broken():
        yield HEADINGS.encode()
        raise OSError("the browser was closed")

    with pytest.raises(OSError, match="closed"):
        api.submit(uploader, broken(), file_name="x.csv", options=api.Options(review=False))
    assert not ImportBatch.objects.exists()
    assert not FilePiece.objects.exists()


def test_reading_goes_on_where_it_was_killed(world, submit, monkeypatch):
    rows = [f"a{number % 20:02},Forklift,,2026-01-{number % 28 + 1:02}," for number in range(12_000)]
    batch = submit(*rows)
    read_slices, chunks = tabular.read_slices, []

    def dies_in_the_third_chunk(*args, **kwargs):
        for chunk in read_slices(*args, **kwargs):
            chunks.append(chunk)
            if len(chunks) == 3:
                raise KeyboardInterrupt
            yield chunk

    monkeypatch.setattr(tabular, "read_slices", dies_in_the_third_chunk)
    with pytest.raises(KeyboardInterrupt):
        batches.read(batch.id)
    assert ImportRow.objects.filter(batch_id=batch.id).count() == sum(len(chunk.rows) for chunk in chunks[:2])

    assert batches.read(batch.id)
    lines = list(ImportRow.objects.filter(batch_id=batch.id).order_by("line").values_list("line", flat=True))
    assert lines == list(range(2, 12_002))
    assert api.find(api.SYSTEM, batch.reference).detected["dates"]["format_name"] == "YYYY-MM-DD"


def test_a_reader_that_was_overtaken_stops_and_doubles_no_rows(world, submit, monkeypatch):
    batch = submit(*["a00,Forklift,,2026-01-01,"] * 3)
    read_slices, readers = tabular.read_slices, []

    def another_is_faster(*args, **kwargs):
        readers.append(True)
        chunks = list(read_slices(*args, **kwargs))
        if len(readers) == 1:
            assert batches.read(batch.id) is True
        yield from chunks

    monkeypatch.setattr(tabular, "read_slices", another_is_faster)
    assert batches.read(batch.id) is False
    assert ImportRow.objects.filter(batch_id=batch.id).count() == 3
    assert Portion.objects.filter(batch_id=batch.id).count() == 1
    assert batches.read(batch.id) is False


def test_reading_that_fails_again_and_again_ends_with_a_reference(world, submit, monkeypatch):
    batch = submit("a00,Forklift,,2026-01-01,")
    monkeypatch.setattr(tabular, "read_head", lambda *args: 1 / 0)
    pauses = []
    for _ in range(4):
        with pytest.raises(api.TryAgain) as again:
            batches.read(batch.id)
        assert batches.read(batch.id) is False
        pauses.append(again.value.seconds)
        let_time_pass()
    assert pauses == sorted(set(pauses))
    assert batches.read(batch.id) is True
    ended = api.find(api.SYSTEM, batch.reference)
    assert ended.state == "failed"
    assert [summary.state for _, summary in world.finished] == ["failed"]
    assert len(ended.failure) == 12


def test_dates_that_can_be_read_two_ways_stop_the_import(world, submit):
    batch = submit("a00,Forklift,,03/04/2025,")
    api.work_off(batch.id)
    ended = api.find(api.SYSTEM, batch.reference)
    assert ended.state == "needs_answer"
    assert ended.question["candidates"] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert not world.written


def test_a_column_without_heading_is_reported_once_however_many_chunks_there_are(world, submit):
    rows = [f"a{number % 20:02},Forklift,,2026-01-{number % 28 + 1:02},,note" for number in range(11_000)]
    batch = submit(*rows, headings=HEADINGS.replace("duedate", "duedate,"))
    batches.read(batch.id)
    assert codes(batch) == ["column_unknown"]


def test_rows_of_one_learner_are_in_one_portion(world, submit, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 3}
    rows = [f"a{number % 5:02},Forklift,,2026-01-{number % 28 + 1:02}," for number in range(20)]
    batch = submit(*rows)
    batches.read(batch.id)
    sizes = sorted(Portion.objects.filter(batch_id=batch.id).values_list("rows", flat=True))
    assert sizes == [4, 4, 4, 4, 4]
    api.work_off(batch.id)
    assert len(outcomes(batch)) == 20


def test_ten_thousand_columns_without_a_heading_are_reported_once_each(world, submit):
    surplus = "," * 10_000
    row = "a00,Forklift,,2026-01-01" + ",x" * 10_001
    batch = submit(*[row] * 3, headings=HEADINGS.strip() + surplus + "\n", date_format="YYYY-MM-DD")
    batches.read(batch.id)
    assert codes(batch) == ["column_unknown"] * 10_000


def test_evidence_is_not_taken_where_no_host_creates_it(world, submit, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", frozenset())
    with pytest.raises(api.OptionNotOffered, match="create evidence"):
        submit("a00,Boat,,2026-01-01,", unknown_certification="create_evidence")


def test_nul_and_emoji_anywhere_are_kept_and_reported(world, submit):
    headings = HEADINGS.strip() + ",no\x00te \U0001f600\n"
    rows = ["a\x0001,Forklift,,2025\x00-06-01,,\x00", "a\U0001f60002,Fork\x00lift,,2025-06-01,,"]
    batch = submit(*rows, headings=headings)
    api.work_off(batch.id)
    assert codes(batch) == ["column_unknown"]
    first, second = api.rows(api.SYSTEM, batch)
    assert [str(issue.code) for issue in first.issues] == ["value_unprintable", "value_unprintable"]
    assert (second.username, [str(issue.code) for issue in second.issues]) == (
        "a\U0001f60002",
        ["value_unprintable", "learner_not_found"],
    )


def test_rows_too_large_for_one_statement_are_split(world, submit):
    rows = [f"a00,Forklift,,2025-06-{day:02},,{'x' * 700_000}" for day in range(1, 5)]
    batch = submit(*rows, headings=HEADINGS.strip() + ",note\n", date_format="YYYY-MM-DD")
    batches.read(batch.id)
    assert ImportRow.objects.filter(batch_id=batch.id).count() == 4


def test_an_answer_lets_the_import_go_on_without_uploading_again(world, submit, monkeypatch):
    batch = submit("a00,Forklift,,03/04/2025,", "a01,Forklift,,05/06/2025,07/08/2025")
    api.work_off(batch.id)
    asking = found(batch)
    monkeypatch.setattr("cert_completion_plugin.store.rows.insert", lambda *args: pytest.fail("read twice"))
    with pytest.raises(api.OptionsError, match="DD MM"):
        api.answer(api.SYSTEM, asking, date_format="DD MM")
    assert api.answer(api.SYSTEM, asking, date_format="DD/MM/YYYY") is True
    assert api.answer(api.SYSTEM, asking, date_format="MM/DD/YYYY") is False
    api.work_off(batch.id)
    ended = found(batch)
    assert (ended.state, ended.date_format, ended.answers) == ("finished", "DD/MM/YYYY", {"date_format": "DD/MM/YYYY"})
    assert [str(row.completed) for row in api.rows(api.SYSTEM, ended)] == ["2025-04-03", "2025-06-05"]


def test_an_answer_to_contradictory_dates_rejects_the_others(world, submit):
    batch = submit("a00,Forklift,,31/05/2025,", "a01,Forklift,,05/31/2025,")
    api.work_off(batch.id)
    api.answer(api.SYSTEM, found(batch), date_format="DD/MM/YYYY")
    api.work_off(batch.id)
    assert outcomes(batch) == {2: "certified", 3: "rejected"}


def test_the_answer_is_sent_to_the_workers(world, submit, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("cert_completion_plugin.tasks._send", lambda task, *ids, **options: sent.append(ids) or True)
    batch = submit("a00,Forklift,,03/04/2025,")
    api.work_off(batch.id)
    with django_capture_on_commit_callbacks(execute=True):
        api.answer(api.SYSTEM, found(batch), date_format="DD/MM/YYYY")
    assert sent == [(batch.id,)]
