"""A new import: of a file, of rows, and what is told of everything that cannot be taken."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from cert_completion_plugin.store.files import StoredFile
from tests.rest.conftest import HEADINGS, ROOT

pytestmark = pytest.mark.django_db

ROW = {"username": "ana", "certificationshortname": "Forklift", "completiondate": "2025-06-01"}


def faults(response, status=422):
    assert response.status_code == status, response.content
    problem = response.json()
    assert problem["code"] == "not_valid"
    return [
        (fault.get("pointer") or fault.get("parameter") or fault.get("header"), fault["code"])
        for fault in problem["errors"]
    ]


def bytes_of(reference):
    batch = api.find(api.SYSTEM, reference)
    assert batch is not None
    return b"".join(StoredFile(batch).read_from(0))


@pytest.fixture
def send(client, operator):
    """Sends a form with a file, and other fields."""

    def send(content=f"{HEADINGS}\nana,Forklift,,2025-06-01,\n", name="records.csv", headers=None, **fields):
        content = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile(name, content) if content is not None else None
        fields = {name: json.dumps(each) if isinstance(each, dict) else each for name, each in fields.items()}
        given = {"file": file, **fields} if file else fields
        return client.post(f"{ROOT}/imports", given, headers=headers or {})

    return send


def test_rows_become_a_file_that_is_imported(operator, call):
    response = call("post", "/imports", {"file_name": "hr.csv", "rows": [ROW, {**ROW, "username": "ben"}]})
    assert response.status_code == 201
    document = response.json()
    assert response["Location"] == document["url"] == f"{ROOT}/imports/{document['reference']}"
    assert (document["state"], document["file_name"], document["uploaded_by"]) == ("received", "hr.csv", "operator")
    assert bytes_of(document["reference"]).decode() == (
        f"{HEADINGS}\r\nana,Forklift,,2025-06-01,\r\nben,Forklift,,2025-06-01,\r\n"
    )


def test_rows_with_every_character_are_imported_as_they_are(operator, call):
    odd = 'a,"b"\n;=1\u2028é😀\x00'
    created = call("post", "/imports", {"rows": [{**ROW, "note": odd}], "options": {"review": False}}).json()
    api.work_off(api.find(api.SYSTEM, created["reference"]).id)
    account = call("get", f"/imports/{created['reference']}/rows/2").json()
    assert [cell["raw"] for cell in account["story"]["cells"] if cell["heading"] == "note"] == [odd]


def test_no_rows_are_an_import_of_no_rows(operator, call):
    created = call("post", "/imports", {"rows": [], "options": {"review": False}}).json()
    api.work_off(api.find(api.SYSTEM, created["reference"]).id)
    document = call("get", f"/imports/{created['reference']}").json()
    assert (document["state"], document["rows_read"]) == ("finished", 0)


def test_a_file_is_taken_in_as_it_is(send):
    content = f"{HEADINGS}\nana;x".encode("utf-16")
    response = send(content, name="Übersicht.csv", options={"separator": ";", "review": False})
    assert response.status_code == 201
    document = response.json()
    assert document["file_name"] == "Übersicht.csv"
    assert document["options"]["separator"] == ";"
    assert bytes_of(document["reference"]) == content


def test_half_a_character_in_an_answer_is_no_matter(send):
    response = send(options='{"sheet": "\\ud800"}')
    assert response.status_code == 201
    assert response.json()["options"]["sheet"] == "\ud800"


def test_what_is_left_out_is_as_the_site_has_it(settings, operator, call, send):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"assign": "never", "encoding": "Big5"}}
    options = call("post", "/imports", {"rows": [], "options": {"import_action": "certify_if_newer"}}).json()["options"]
    assert (options["assign"], options["import_action"], options["encoding"]) == ("never", "certify_if_newer", "UTF-8")
    assert send().json()["options"]["encoding"] == "Big5"


def test_a_habit_of_the_upload_page_is_no_default_of_the_api(operator, call):
    api.remember_choice(operator, {"import_action": "certify_if_newer"})
    assert call("post", "/imports", {"rows": []}).json()["options"]["import_action"] == "save_to_history"


def test_who_may_not_leave_out_the_review_gets_one(settings, user_with, client, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"review": False}}
    client.force_login(user_with("upload_completions"))
    assert call("post", "/imports", {"rows": []}).json()["options"]["review"] is True
    response = call("post", "/imports", {"rows": [], "options": {"review": False}})
    assert response.status_code == 403
    assert response.json()["permission"] == api.PERMISSION_APPROVE


def test_corrected_rows_are_linked_to_their_import(imported, call, send):
    first = imported("nobody,Forklift,,2025-06-01,")
    second = call("post", "/imports", {"rows": [ROW], "corrects": first.reference}).json()
    third = send(corrects=first.reference).json()
    assert second["corrects"] == third["corrects"] == first.reference
    corrections = call("get", f"/imports/{first.reference}").json()["corrections"]
    assert corrections == [second["reference"], third["reference"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("#/rows", "missing")]),
        ([], [("#", "wrong_type")]),
        ("rows", [("#", "wrong_type")]),
        (None, [("#/rows", "missing")]),
        ({"rows": None}, [("#/rows", "missing")]),
        ({"rows": {}}, [("#/rows", "wrong_type")]),
        ({"rows": ["ana"]}, [("#/rows/0", "not_a_row")]),
        ({"rows": [{}, {"username": 7}]}, [("#/rows/1/username", "not_a_text")]),
        ({"rows": [{"a/b~ c": 1}]}, [("#/rows/0/a~1b~0%20c", "not_a_text")]),
        ({"rows": [{"username": "a", "User Name": "b"}]}, [("#/rows/0/User%20Name", "repeated")]),
        ({"rows": [{"username": "\ud800"}]}, [("#/rows/0/username", "not_unicode")]),
        ({"rows": [], "file_name": 7}, [("#/file_name", "wrong_type")]),
        ({"rows": [], "file_name": ""}, [("#/file_name", "missing")]),
        ({"rows": [], "file_name": "x" * 256}, [("#/file_name", "too_long")]),
        ({"rows": [], "file_name": "a\x00"}, [("#/file_name", "unprintable")]),
        ({"rows": [], "corrects": "f" * 32}, [("#/corrects", "not_offered")]),
        ({"rows": [], "row": [], "x": 1}, [("#/row", "unknown"), ("#/x", "unknown")]),
        ({"rows": [], "options": []}, [("#/options", "wrong_type")]),
        ({"rows": [], "options": {"assing": "never"}}, [("#/options/assing", "unknown")]),
        (
            {"rows": [], "options": {"assign": "sometimes", "review": "yes", "ignore_case": 1}},
            [
                ("#/options/assign", "not_offered"),
                ("#/options/review", "not_offered"),
                ("#/options/ignore_case", "not_offered"),
            ],
        ),
        ({"rows": [], "options": {"encoding": "UTF-8"}}, [("#/options/encoding", "unknown")]),
        ({"rows": [], "options": {"evidence_type": 5}}, [("#/options/evidence_type", "not_offered")]),
        ({"rows": [], "options": {"evidence_type": "x" * 256}}, [("#/options/evidence_type", "too_long")]),
        ({"rows": [], "options": {"evidence_type": "licence"}}, [("#/options", "not_offered")]),
    ],
)
def test_every_place_that_is_wrong_is_named(operator, call, body, expected):
    response = call("post", "/imports") if body is None else call("post", "/imports", body)
    assert faults(response) == expected
    assert not ImportBatch.objects.exists()


def test_an_option_that_there_is_not_is_answered_with_those_that_there_are(operator, call):
    body = {"rows": [], "options": {"assing": "never", "assign": "sometimes"}}
    texts = [fault["detail"] for fault in call("post", "/imports", body).json()["errors"]]
    assert "'assing'" in texts[0]
    assert "import_action" in texts[0]
    assert "'when_certifying', 'always', 'never'" in texts[1]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "{'rows': []}",
        '{"rows": NaN}',
        '{"rows": [], "rows": []}',
        '{"rows": [' + "[" * 100_000,
        b"\xff\xfe",
        "1" * 5000,
    ],
)
def test_a_body_that_is_no_json_is_told_so(operator, client, content):
    response = client.generic("POST", f"{ROOT}/imports", content, "application/json")
    assert response.status_code == 400
    assert response.json()["code"] == "body_malformed"


def test_json_may_begin_with_a_byte_order_mark(operator, client):
    content = b"\xef\xbb\xbf" + json.dumps({"rows": []}).encode()
    assert client.generic("POST", f"{ROOT}/imports", content, "application/json").status_code == 201


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"content": None}, [("#/file", "missing")]),
        ({"content": None, "file": "ana"}, [("#/file", "wrong_type")]),
        ({"options": "{"}, [("#/options", "wrong_type")]),
        ({"options": "[]"}, [("#/options", "wrong_type")]),
        ({"options": {"x": 1}}, [("#/options/x", "unknown")]),
        ({"options": {"sheet": "x" * 256}}, [("#/options/sheet", "too_long")]),
        ({"import_action": "certify_if_newer"}, [("#/import_action", "unknown")]),
        ({"options": ["{}", "{}"]}, [("#/options", "repeated")]),
        ({"corrects": "nothing"}, [("#/corrects", "not_offered")]),
    ],
)
def test_every_field_of_a_form_that_is_wrong_is_named(send, fields, expected):
    assert faults(send(**fields)) == expected
    assert not ImportBatch.objects.exists()


def test_what_is_blank_in_a_form_is_absent(send):
    assert send(options="", corrects="").status_code == 201


def test_a_form_that_is_torn_is_told_so(operator, client):
    response = client.generic("POST", f"{ROOT}/imports", b"x", "multipart/form-data")
    assert (response.status_code, response.json()["code"]) == (400, "body_malformed")


def test_a_file_over_the_limit_is_refused_with_the_limit(settings, send):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 100}
    response = send("x" * 101)
    assert (response.status_code, response.json()["code"], response.json()["limit"]) == (413, "too_large", 100)
    assert send("x" * 100).status_code == 201
    assert ImportBatch.objects.count() == 1


def test_rows_that_make_a_file_over_the_limit_are_refused(settings, operator, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 2000}
    rows = [{f"own column {number}": "x" for number in range(40)}, *[{}] * 40]
    response = call("post", "/imports", {"rows": rows})
    assert (response.status_code, response.json()["limit"]) == (413, 2000)
    assert not ImportBatch.objects.exists()


def test_json_is_taken_up_to_djangos_limit_for_bodies_in_memory(settings, operator, call):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200
    assert call("get", "/limits").json()["max_json_bytes"] == 200
    response = call("post", "/imports", {"rows": [], "file_name": "x" * 200})
    assert (response.status_code, response.json()["limit"]) == (413, 200)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    assert call("get", "/limits").json()["max_json_bytes"] == 100 * 1024 * 1024
    assert call("post", "/imports", {"rows": [], "file_name": "x" * 200}).status_code == 201


def test_a_long_body_is_refused_before_it_is_read_whoever_sends_it(settings, client):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "MAX_BYTES": 100}
    for content_type in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        response = client.post(f"{ROOT}/imports", b"x" * 2_000_000, content_type=content_type)
        assert response.status_code == 413
        assert response.json()["limit"] == 100
    response = client.post(f"{ROOT}/imports/{'0' * 32}/cancel", b"x" * 200, content_type="multipart/form-data")
    assert response.status_code == 413


def test_a_body_of_another_length_than_it_says_is_read_to_the_limit(settings, operator, monkeypatch):
    """A server may hand over more than was announced."""
    from io import BytesIO

    from cert_completion_plugin.rest.parsing import JsonParser
    from cert_completion_plugin.rest.problems import Problem

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    with pytest.raises(Problem) as raised:
        JsonParser().parse(BytesIO(b"[" * 1_000_000))
    assert raised.value.code == "too_large"


def test_fields_of_a_form_are_no_way_around_the_limit(settings, send):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500
    response = send(options=json.dumps({"sheet": "x" * 600}))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_a_user_has_so_many_imports_at_a_time_as_the_site_allows(settings, operator, call):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "IMPORTS_PER_USER": 1}
    assert call("get", "/limits").json()["max_imports"] == 1
    first = call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1")
    response = call("post", "/imports", {"rows": []}, idempotency_key="k2")
    assert (response.status_code, response.json()["code"], response.json()["limit"]) == (429, "too_many_imports", 1)
    assert call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1").status_code == 200
    call("post", first["Location"].removeprefix(ROOT) + "/cancel")
    assert call("post", "/imports", {"rows": []}, idempotency_key="k2").status_code == 201


class TestKeys:
    def test_the_same_request_gives_the_same_import(self, operator, call):
        body = {"rows": [ROW], "options": {"assign": "never"}}
        first, second = (call("post", "/imports", body, idempotency_key="k1") for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["reference"] == second.json()["reference"]
        assert first["Location"] == second["Location"]
        assert ImportBatch.objects.count() == 1

    def test_so_does_the_same_form_however_it_is_bounded(self, client, operator):
        def send(boundary, options):
            parts = [('name="file"; filename="a.csv"', HEADINGS), ('name="options"', options)]
            body = "".join(
                f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n" for head, text in parts
            )
            kind = f"multipart/form-data; boundary={boundary}"
            headers = {"Idempotency-Key": "k1"}
            return client.generic("POST", f"{ROOT}/imports", f"{body}--{boundary}--\r\n", kind, headers=headers)

        first = send("x", '{"review": true, "assign": "never"}')
        second = send("yy", '{"assign":"never","review":true}')
        assert [first.status_code, second.status_code] == [201, 200]

    @pytest.mark.parametrize(
        "other",
        [
            {"rows": [{**ROW, "username": "ben"}]},
            {"rows": [ROW], "file_name": "other.csv"},
            {"rows": [ROW], "options": {"assign": "never"}},
        ],
    )
    def test_another_request_with_the_key_is_refused(self, operator, call, other):
        call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1")
        response = call("post", "/imports", other, idempotency_key="k1")
        assert (response.status_code, response.json()["code"]) == (422, "key_reused")
        assert ImportBatch.objects.count() == 1

    def test_a_change_of_the_sites_defaults_makes_no_other_request(self, settings, operator, call):
        call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1")
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": {"assign": "never"}}
        assert call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1").status_code == 200

    def test_keys_are_each_users_own(self, operator, user_with, client, call):
        first = call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1").json()
        client.force_login(user_with("upload_completions"))
        second = call("post", "/imports", {"rows": [ROW]}, idempotency_key="k1")
        assert second.status_code == 201
        assert second.json()["reference"] != first["reference"]

    def test_quotation_marks_around_a_key_are_not_part_of_it(self, operator, call):
        call("post", "/imports", {"rows": []}, idempotency_key="k1")
        assert call("post", "/imports", {"rows": []}, idempotency_key='"k1"').status_code == 200

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é", "a\tb"])
    def test_a_key_is_one_word_of_some_length(self, operator, call, key):
        response = call("post", "/imports", {"rows": []}, idempotency_key=key)
        assert faults(response) == [("Idempotency-Key", "invalid")]
        assert not ImportBatch.objects.exists()

    def test_a_request_that_was_refused_leaves_its_key_unused(self, operator, call):
        assert call("post", "/imports", {"rows": [1]}, idempotency_key="k1").status_code == 422
        assert call("post", "/imports", {"rows": []}, idempotency_key="k1").status_code == 201

    def test_a_wait_for_another_request_is_told(self, operator, call, monkeypatch):
        def busy(*args, **given):
            raise api.KeyBusy

        monkeypatch.setattr("cert_completion_plugin.store.request_keys.take", busy)
        response = call("post", "/imports", {"rows": []}, idempotency_key="k1")
        assert (response.status_code, response.json()["code"], response["Retry-After"]) == (409, "key_busy", "5")


def test_a_user_with_too_many_imports_is_told_when_to_come_again(operator, call, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "IMPORTS_PER_USER": 1}
    assert call("post", "/imports", {"rows": [ROW]}).status_code == 201
    response = call("post", "/imports", {"rows": [ROW]})
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (429, "too_many_imports", "60")
    assert "1 import(s) of this user have not ended yet." in response.json()["detail"]
    assert ImportBatch.objects.count() == 1
