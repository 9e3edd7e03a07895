"""Every function of the api, by every permission. A function that is missing in the tables fails the tests."""

from inspect import isfunction, signature

import pytest
from django.contrib.auth.models import AnonymousUser

from cert_completion_plugin import api
from cert_completion_plugin.models import ImportBatch
from cert_completion_plugin.reports import RowsOf
from tests import people
from tests.permissions.conftest import SECRET, file_of
from tests.permissions.test_pages import APPROVE, FORGET, OPTIONS, PERSONAL, STATUS, UNDO, UPLOAD, VIEW

pytestmark = pytest.mark.django_db

OF_THE_SITE = {
    *("sweep", "unfinished", "work_off", "health", "hosts", "idle_hosts", "host_problems", "record_of_learning_path"),
    *("file_of_rows", "site_of"),
    *("chosen_defaults", "defaults", "evidence_is_offered", "undo_is_offered", "csv_pieces", "json_document", "xlsx"),
    *(
        "command_works",
        "file_of_rows",
        "delete_orphan",
        "due_for_purge",
        "numbers_of",
        "orphans",
        "purge",
        "user_named",
    ),
    *("messages_are_offered", "notice_subject", "tell", "untold"),
}
"""Do the work of all, or say what the site can do."""
OF_WHAT_IS_SHOWN = {
    *("certifications", "days_since", "file_name", "last_progress", "pace", "place", "plan_numbers", "progress"),
    *("report_head", "row_counts", "row_value", "rows_in", "share_read", "undo_last_progress", "undo_obstacle"),
    *("delivery", "message_counts", "next_message_due", "notice_of", "sends_messages"),
    *("undo_place", "undo_progress", "undo_state", "undo_waits_until", "undone_among", "undos_of", "waits_until"),
}
"""Given an import, a plan or an undo that somebody may see, they tell states and numbers of it."""
ABOUT_THE_USER = {
    "last_choice",
    "remember_choice",
    "may",
    "may_approve",
    "may_cancel",
    "may_leave_out_review",
    "reach",
    "take_notices",
}

CHOSEN = api.Options.from_mapping({"import_action": "certify_if_newer"})

ACTING = {
    "answer": ((UPLOAD,), lambda user, found: api.answer(user, found["asking"], date_format="DD/MM/YYYY")),
    "approve": ((APPROVE,), lambda user, found: api.approve(user, found["waiting"], plan=1)),
    "discard": ((APPROVE,), lambda user, found: api.discard(user, found["waiting"])),
    "plan_anew": ((APPROVE,), lambda user, found: api.plan_anew(user, found["waiting"])),
    "cancel": ((UPLOAD,), lambda user, found: api.cancel(user, found["asking"])),
    "preview_undo": ((UNDO,), lambda user, found: api.preview_undo(user, found["finished"])),
    "undo": ((UNDO,), lambda user, found: api.undo(user, found["finished"], "Wrong.", preview=1)),
    "abandon_undo": ((UNDO,), lambda user, found: api.abandon_undo(user, found["finished"], preview=1)),
}
GIVING = {
    "rows": ((PERSONAL,), lambda user, found: api.rows(user, found["finished"])),
    "page": ((PERSONAL,), lambda user, found: api.page(user, found["finished"])),
    "has_rows": ((PERSONAL,), lambda user, found: api.has_rows(user, found["finished"], api.Filter())),
    "rows_with_cells": ((PERSONAL,), lambda user, found: api.rows_with_cells(user, found["finished"])),
    "explain": ((PERSONAL,), lambda user, found: api.explain(user, found["finished"], 2)),
    "account": ((PERSONAL,), lambda user, found: api.account(user, found["finished"], 2)),
    "neighbours": ((PERSONAL,), lambda user, found: api.neighbours(user, found["finished"], 2)),
    "report_file": ((PERSONAL,), lambda user, found: api.report_file(user, found["finished"], "csv")),
    "rows_file": ((PERSONAL,), lambda user, found: api.rows_file(user, found["finished"], RowsOf.ALL, "csv")),
    "messages_of": (
        (PERSONAL,),
        lambda user, found: api.messages_of(user, found["finished"], api.MessageState.SENT),
    ),
    "messages_of_row": ((PERSONAL,), lambda user, found: api.messages_of_row(user, found["finished"], 2)),
    "undo_of_row": ((PERSONAL,), lambda user, found: api.undo_of_row(user, found["finished"], 2)),
    "undo_rows": (
        (PERSONAL,),
        lambda user, found: api.undo_rows(user, found["finished"], undo_of(found), api.UndoStatus.UNDONE),
    ),
    "undo_rows_before": (
        (PERSONAL,),
        lambda user, found: api.undo_rows_before(
            user, found["finished"], undo_of(found), api.UndoStatus.UNDONE, before=9
        ),
    ),
    "lines": ((), lambda user, found: api.lines(user, found["finished"])),
    "follow_ups": ((), lambda user, found: api.follow_ups(user, found["finished"])),
    "plan_summary": ((), lambda user, found: api.plan_summary(user, found["waiting"])),
}
FINDING = {
    "find": lambda user, found: api.find(user, found["finished"].reference),
    "newest": lambda user, found: api.newest(user),
    "references": lambda user, found: api.references(user, found["finished"].reference[:8]),
    "imports": lambda user, found: api.imports(user, api.ImportFilter()),
    "uploaders": lambda user, found: api.uploaders(user),
    "corrected_by": lambda user, found: api.corrected_by(user, found["waiting"]),
    "corrections_of": lambda user, found: api.corrections_of(user, found["finished"]),
    "origin": lambda user, found: api.origin(user, f"{found['finished'].reference}:2"),
    "earlier_upload": lambda user, found: api.earlier_upload(user, found["finished"].file_sha256),
}
UPLOADING = {
    "submit": lambda user: api.submit(user, [file_of()], file_name="a.csv", options=CHOSEN),
    "submit_once": lambda user: api.submit_once(
        user, [file_of()], key="k", request_sha256="0" * 64, file_name="a.csv", options=CHOSEN
    ),
    "keep_file": lambda user: api.keep_file(user, [file_of()], file_name="a.csv"),
    "kept_file": lambda user: api.kept_file(user, "x"),
    "submit_kept": lambda user: api.submit_kept(user, kept_of(user), options=CHOSEN),
    "template": lambda user: api.template(user, "csv", titles={}),
    "evidence_types": lambda user: api.evidence_types(user),
}
OF_THE_STATUS = {"resend_stalled", "site_health", "site_numbers", "site_status"}
OTHERS = {"certification_keys", "choose_defaults", "forget_defaults", "forget_learner", "note_download"}


def undo_of(found):
    return api.undo_state(found["finished"])


def kept_of(user):
    """The file that somebody kept when they still could."""
    held = list(user.user_permissions.values_list("codename", flat=True))
    kept = api.keep_file(people.holding(user, UPLOAD), [file_of()], file_name="a.csv")
    people.holding(user, *held)
    return kept


def test_every_function_is_in_a_table():
    functions = {name for name in api.__all__ if isfunction(getattr(api, name))}
    take_user = {name for name in functions if next(iter(signature(getattr(api, name)).parameters), "") == "user"}
    assert take_user == {*ACTING, *GIVING, *FINDING, *UPLOADING, *OF_THE_STATUS, *OTHERS, *ABOUT_THE_USER}
    assert functions - take_user == OF_THE_SITE | OF_WHAT_IS_SHOWN


@pytest.mark.parametrize("name", sorted(OF_THE_STATUS))
def test_how_the_site_is_doing_is_told_to_those_who_may_see_it(somebody, name):
    with pytest.raises(api.Denied) as denied:
        getattr(api, name)(held(somebody, *all_but(STATUS)))
    assert denied.value.permission == "cert_completion_plugin.view_status"
    getattr(api, name)(held(somebody, STATUS))


def present(batch, user=api.SYSTEM):
    found = api.find(user, batch.reference)
    assert found is not None
    return found


def held(somebody, *codenames):
    return people.holding(somebody, *codenames)


def all_but(*codenames):
    return tuple(name for name in people.EVERY_PERMISSION if name not in codenames)


@pytest.mark.parametrize("name", [*ACTING, *GIVING])
def test_what_is_done_with_an_import_takes_its_permission_and_seeing_it(imports, somebody, name):
    needs, call = (ACTING | GIVING)[name]
    with pytest.raises(api.Denied):
        call(somebody, imports)
    for missing in needs:
        others = all_but(missing, APPROVE) if name == "cancel" else all_but(missing)
        with pytest.raises(api.Denied) as denied:
            call(held(somebody, *others), imports)
        assert denied.value.permission == f"cert_completion_plugin.{missing}"
    with pytest.raises(api.Denied) as denied:
        call(held(somebody, *all_but(VIEW)), imports)
    assert denied.value.permission == "cert_completion_plugin.view_import_report"
    ImportBatch.objects.update(uploaded_by=somebody)
    own = {state: api.find(api.SYSTEM, batch.reference) for state, batch in imports.items()}
    with pytest.raises(api.Denied):
        call(held(somebody, *needs), own) if UPLOAD not in needs else call(somebody, own)
    call(held(somebody, *needs, UPLOAD), own)


@pytest.mark.parametrize("name", [*ACTING, *GIVING])
def test_whoever_sees_all_imports_and_holds_the_permission_may(imports, somebody, name):
    needs, call = (ACTING | GIVING)[name]
    call(held(somebody, *needs, VIEW), imports)


@pytest.mark.parametrize("name", FINDING)
def test_what_may_not_be_seen_is_not_found(imports, somebody, name):
    ImportBatch.objects.filter(pk=imports["waiting"].id).update(corrects=imports["finished"].id)
    find = FINDING[name]
    assert not find(somebody, imports)
    assert not find(held(somebody, *all_but(VIEW, UPLOAD)), imports)
    assert not find(held(somebody, *all_but(VIEW)), imports)
    assert find(held(somebody, VIEW), imports)
    ImportBatch.objects.update(uploaded_by=somebody)
    assert find(held(somebody, UPLOAD), imports)


@pytest.mark.parametrize("name", UPLOADING)
def test_uploading_takes_its_permission(somebody, name):
    upload = UPLOADING[name]
    with pytest.raises(api.Denied) as denied:
        upload(held(somebody, *all_but(UPLOAD, OPTIONS)))
    assert denied.value.permission == "cert_completion_plugin.upload_completions"
    upload(held(somebody, UPLOAD))


@pytest.mark.parametrize("name", [*ACTING, *GIVING])
def test_the_sites_own_code_may_do_everything(imports, name):
    (ACTING | GIVING)[name][1](api.SYSTEM, imports)


@pytest.mark.parametrize("name", [*ACTING, *GIVING])
def test_nobody_may_do_nothing(imports, uploader, name):
    _, call = (ACTING | GIVING)[name]
    uploader.is_active, uploader.is_superuser = False, True
    for user in (AnonymousUser(), uploader):
        with pytest.raises(api.Denied):
            call(user, imports)


@pytest.mark.parametrize("name", FINDING)
def test_nobody_finds_nothing(imports, uploader, name):
    uploader.is_active, uploader.is_superuser = False, True
    for user in (AnonymousUser(), uploader):
        assert not FINDING[name](user, imports)


def test_certifications_are_looked_up_by_those_who_see_imports(somebody):
    with pytest.raises(api.Denied):
        api.certification_keys(held(somebody, *all_but(VIEW, UPLOAD)), "Forklift")
    assert api.certification_keys(held(somebody, UPLOAD), "Forklift") == ("c-Forklift",)


def test_learners_are_looked_for_by_those_alone_who_may_know_who_is_in_a_file(imports, somebody):
    wanted = api.ImportFilter(learner="zz-ana")
    with pytest.raises(api.Denied):
        api.imports(held(somebody, VIEW), wanted)
    assert api.imports(held(somebody, VIEW, PERSONAL), wanted)
    for rows in (api.Filter(learner="zz-ana"), api.Filter(learner="zz", is_beginning=True)):
        with pytest.raises(api.Denied):
            api.lines(held(somebody, VIEW), imports["finished"], rows)
        assert api.lines(held(somebody, VIEW, PERSONAL), imports["finished"], rows).rows


def test_lines_are_the_rows_without_what_stands_in_them(imports, somebody):
    rows = api.rows(api.SYSTEM, imports["finished"])
    lines = api.lines(held(somebody, VIEW), imports["finished"])
    assert [(line.line, line.outcome) for line in lines.rows] == [(row.line, row.outcome) for row in rows]
    assert [line.codes for line in lines.rows][1] == ("learner_not_found",)
    assert SECRET not in repr(lines)
    assert SECRET in repr(rows)


def test_imports_have_no_text_of_their_files_for_those_who_may_not_see_it(imports, somebody):
    viewer = held(somebody, *all_but(PERSONAL))
    api.plan_anew(api.SYSTEM, imports["waiting"], confirmed=["zz-forklfit"])
    for state, batch in imports.items():
        shown = api.find(viewer, batch.reference)
        assert SECRET not in repr(shown), state
    assert api.find(api.SYSTEM, imports["waiting"].reference).answers["confirmed"] == ["zz-forklfit"]
    assert SECRET not in repr(api.plan_summary(viewer, imports["waiting"], 1))
    assert SECRET in repr(api.plan_summary(held(somebody, VIEW, PERSONAL), imports["waiting"], 1))


def test_names_are_confirmed_by_those_alone_who_may_see_them(imports, somebody):
    with pytest.raises(api.Denied):
        api.plan_anew(held(somebody, *all_but(PERSONAL)), imports["waiting"], confirmed=["zz-forklfit"])


def test_a_plan_that_is_made_anew_by_who_sees_no_names_keeps_those_that_were_confirmed(imports, somebody):
    api.plan_anew(api.SYSTEM, imports["waiting"], confirmed=["zz-forklfit"])
    api.work_off(imports["waiting"].id)
    chief = held(somebody, VIEW, APPROVE)
    api.plan_anew(chief, present(imports["waiting"], chief))
    assert api.find(api.SYSTEM, imports["waiting"].reference).answers["confirmed"] == ["zz-forklfit"]


def test_the_sites_options_are_for_those_alone_who_may_manage_them(somebody):
    for change in (lambda user: api.choose_defaults(user, {"review": False}), api.forget_defaults):
        with pytest.raises(api.Denied) as denied:
            change(held(somebody, *all_but(OPTIONS)))
        assert denied.value.permission == "cert_completion_plugin.manage_options"
        change(held(somebody, OPTIONS))
        change(api.SYSTEM)


class TestReview:
    def submit(self, user, **options):
        chosen = api.Options.from_mapping({"import_action": "certify_if_newer", **options})
        return api.submit(user, [file_of()], file_name="a.csv", options=chosen)

    def test_it_is_left_out_by_those_alone_who_may_approve(self, somebody):
        with pytest.raises(api.Denied) as denied:
            self.submit(held(somebody, *all_but(APPROVE)), review=False)
        assert denied.value.permission == "cert_completion_plugin.approve_imports"
        assert not ImportBatch.objects.exists()
        assert not self.submit(held(somebody, UPLOAD, APPROVE), review=False).options.review

    def test_nor_with_a_file_that_was_kept(self, somebody):
        user = held(somebody, UPLOAD)
        kept = api.keep_file(user, [file_of()], file_name="a.csv")
        with pytest.raises(api.Denied):
            api.submit_kept(user, kept, options=api.Options(review=False))
        assert api.kept_file(user, kept.token) is not None

    def test_ones_own_import_may_be_approved(self, somebody):
        user = held(somebody, UPLOAD, APPROVE)
        batch = self.submit(user)
        api.work_off(batch.id)
        assert api.approve(user, present(batch, user), plan=1).is_given

    def test_unless_the_site_wants_somebody_else_to(self, somebody, uploader, settings):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "APPROVE_OWN": False}
        batch = self.submit(uploader)
        api.work_off(batch.id)
        batch = present(batch, uploader)
        with pytest.raises(api.OwnImport):
            api.approve(uploader, batch, plan=1)
        with pytest.raises(api.OwnImport):
            self.submit(uploader, review=False)
        assert api.approve(held(somebody, VIEW, APPROVE), batch, plan=1).is_given

    def test_the_site_itself_is_nobody_else(self, settings):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "APPROVE_OWN": False}
        batch = self.submit(api.SYSTEM, review=False)
        api.work_off(batch.id)
        assert (present(batch).state, present(batch).uploaded_by_name) == ("finished", "")


def test_permissions_have_the_names_that_the_admin_shows():
    from django.contrib.auth.models import Permission

    from cert_completion_plugin import labels

    found = Permission.objects.filter(codename__in=people.EVERY_PERMISSION).values_list("codename", "name")
    assert dict(found) == {name: str(label) for name, label in labels.PERMISSIONS.items()}
    assert (
        {*labels.PERMISSIONS}
        == {*people.EVERY_PERMISSION}
        == {*(UPLOAD, VIEW, PERSONAL, APPROVE, UNDO, OPTIONS, FORGET, STATUS)}
    )
