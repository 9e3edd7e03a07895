"""The options on the upload page: what it offers, what it begins with, and what becomes of a choice."""

import re

import pytest
from cert_completion_hooks import Capability, EvidenceField, EvidenceType, FieldKind, HostUnavailable
from django.contrib.auth import get_user_model

from cert_completion_plugin import api
from cert_completion_plugin.forms import UploadForm
from cert_completion_plugin.models import ImportBatch, UserChoice
from tests.web.conftest import form

pytestmark = pytest.mark.django_db

URL = "/cert-completions/upload/"
TRAINING = EvidenceType(
    name="training",
    label="Training <b>course</b>",
    fields=(
        EvidenceField(name="provider", kind=FieldKind.TEXT, required=True),
        EvidenceField(name="hours", kind=FieldKind.NUMBER, label="Hours of study"),
    ),
)
ALL_CHOSEN = {
    "import_action": "certify_uncertified",
    "assign": "always",
    "messages": "send",
    "commit_policy": "all_or_nothing",
    "review": False,
    "unknown_certification": "create_evidence",
    "evidence_type": "training",
    "ignore_case": True,
    "date_format": "DD MM YYYY",
    "encoding": "Shift_JIS",
    "separator": "\t",
    "quote": "none",
    "sheet": "2025",
}


@pytest.fixture(autouse=True)
def user(operator):
    return operator


@pytest.fixture
def site_can(monkeypatch):
    """Has the site's host have these capabilities alone."""

    def site_can(*capabilities):
        monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.capabilities", frozenset(capabilities))

    return site_can


@pytest.fixture
def defaults(settings):
    """Sets the site's defaults."""

    def defaults(**values):
        settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "DEFAULTS": values}

    return defaults


def begins_with(user, *names):
    """The values of the form as the user finds it."""
    found = {name: field.initial for name, field in UploadForm(user=user).fields.items() if name != "file"}
    return tuple(found[name] for name in names) if names else found


def only_batch():
    return api.find(api.SYSTEM, ImportBatch.objects.get().reference.hex)


def test_every_option_of_the_page_arrives_with_the_import(client, world):
    world.add_evidence_type(TRAINING)
    assert client.post(URL, form(**ALL_CHOSEN)).status_code == 302
    assert only_batch().options == api.Options.from_mapping(ALL_CHOSEN)


def test_a_plan_comes_first_unless_somebody_chooses_otherwise(client):
    assert "checked" in re.search(r'<input[^>]*name="review" value="True"[^>]*>', client.get(URL).content.decode())[0]
    client.post(URL, form(review="True"))
    assert only_batch().options.review
    page = client.post(URL, form(review=None)).content.decode()
    assert "Choose one." in page


def test_who_chooses_nothing_else_gets_the_defaults_of_the_rules(client, user):
    expected = api.Options().as_mapping()
    assert begins_with(user).items() <= expected.items()
    assert "checked" in re.search(r'<input[^>]*value="save_to_history"[^>]*>', client.get(URL).content.decode())[0]


def test_the_sites_defaults_come_before_those_of_the_rules(user, defaults):
    defaults(import_action="certify_if_newer", separator=";", sheet="Data")
    assert begins_with(user, "import_action", "separator", "sheet", "assign") == (
        "certify_if_newer",
        ";",
        "Data",
        "when_certifying",
    )


def test_the_last_choice_comes_before_the_sites_defaults(client, user, defaults, world):
    world.add_evidence_type(TRAINING)
    defaults(import_action="certify_if_newer", encoding="windows-1250", sheet="Data")
    client.post(URL, form(**ALL_CHOSEN))
    assert begins_with(user) == {**ALL_CHOSEN, "sheet": "Data"}


def test_the_last_choice_is_the_last(client, user):
    client.post(URL, form(ignore_case="on", separator=";"))
    client.post(URL, form())
    assert begins_with(user, "ignore_case", "separator") == (False, "auto")


def test_everybody_has_a_last_choice_of_their_own(client, user, user_with):
    client.post(URL, form(separator=";"))
    assert begins_with(user_with("upload_completions"), "separator") == ("auto",)


def test_what_was_not_accepted_is_not_remembered(client, user):
    client.post(URL, form(separator=";", file=""))
    assert begins_with(user, "separator") == ("auto",)


def test_an_import_of_other_code_is_nobodys_last_choice(user, imported):
    imported("ana,Forklift,,2025-06-01,", separator=",")
    assert begins_with(user, "separator", "import_action") == ("auto", "save_to_history")


def test_a_choice_that_is_no_longer_offered_gives_way_to_the_default(client, user, world, defaults, monkeypatch):
    world.add_evidence_type(TRAINING)
    client.post(URL, form(**ALL_CHOSEN))
    monkeypatch.setattr("cert_completion_plugin.api.evidence_types", lambda user: (EvidenceType(name="other"),))
    assert begins_with(user, "evidence_type") == ("",)
    defaults(evidence_type="other")
    assert begins_with(user, "evidence_type") == ("other",)


def test_what_the_site_cannot_do_has_no_field_and_is_remembered_for_later(client, user, world, site_can):
    world.add_evidence_type(TRAINING)
    client.post(URL, form(**ALL_CHOSEN))
    site_can()
    withdrawn = {"commit_policy", "unknown_certification", "evidence_type", "messages"}
    assert not withdrawn & begins_with(user).keys()
    left_out = form(commit_policy=None, unknown_certification=None, messages=None)
    assert client.post(URL, left_out).status_code == 302
    newest = api.newest(api.SYSTEM, limit=1)[0].options
    assert (newest.commit_policy, newest.unknown_certification, newest.evidence_type) == ("valid_rows", "ignore", "")
    assert newest.messages == "none"
    site_can(Capability.EVIDENCE, Capability.UNDO, Capability.MESSAGES)
    assert begins_with(user, *sorted(withdrawn)) == ("all_or_nothing", "training", "send", "create_evidence")


def test_what_another_version_remembered_does_no_harm(user):
    UserChoice.objects.create(user=user, options='{"separator":"#","colour":"red","assign":"never","quote":["\'"]}')
    assert begins_with(user, "separator", "assign", "quote") == ("auto", "never", "auto")


def test_who_is_deleted_is_forgotten(client, user):
    client.post(URL, form())
    ImportBatch.objects.all().delete()
    get_user_model().objects.filter(pk=user.pk).delete()
    assert not UserChoice.objects.exists()


def test_a_later_change_of_the_sites_defaults_leaves_waiting_imports_as_they_are(client, defaults):
    defaults(separator=",", encoding="UTF-8")
    content = (
        "username,certificationshortname,certificationidnumber,completiondate,duedate\nana,Forklift,,2025-05-31,\n"
    )
    client.post(URL, form(content))
    before = only_batch().options
    defaults(separator=";", encoding="UTF-16", date_format="DD/MM/YY", import_action="save_to_history")
    api.work_off(only_batch().id)
    batch = only_batch()
    assert (batch.state, batch.options, batch.counts["outcomes"]) == ("finished", before, {"certified": 1})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("commit_policy", "all_or_nothing"),
        ("unknown_certification", "create_evidence"),
        ("evidence_type", "training"),
    ],
)
def test_a_choice_that_was_withdrawn_meanwhile_is_told_and_not_replaced(client, site_can, option, value):
    site_can()
    content = client.post(URL, form(**{option: value})).content.decode()
    assert "This site does not offer your choice for" in content
    assert 'role="alert"' in content
    assert not ImportBatch.objects.exists()


def test_an_evidence_type_that_is_gone_is_named(client, world):
    world.add_evidence_type(TRAINING)
    content = client.post(URL, form(evidence_type="diploma")).content.decode()
    assert "“diploma” is not offered. Choose another one." in content
    assert not ImportBatch.objects.exists()


def test_a_refusal_after_the_form_was_checked_is_told_on_the_form(client, user, monkeypatch):
    def refused(*args, **kwargs):
        raise api.OptionNotOffered("The type is gone.")

    monkeypatch.setattr("cert_completion_plugin.api.submit", refused)
    response = client.post(URL, form(separator=";"))
    assert response.status_code == 200
    assert "The type is gone." in response.content.decode()
    assert begins_with(user, "separator") == ("auto",)


def test_the_page_is_shown_while_the_host_cannot_be_asked(client, world, monkeypatch):
    def down(*args):
        raise HostUnavailable

    world.add_evidence_type(TRAINING)
    monkeypatch.setattr("cert_completion_plugin.gateway.infos.Infos.of", down)
    monkeypatch.setattr("cert_completion_plugin.gateway.facade.Gateway.evidence_types", down)
    content = client.get(URL).content.decode()
    assert "Create evidence" in content
    assert "All or nothing" in content
    assert 'name="evidence_type"' not in content


def test_a_type_is_explained_by_the_columns_that_it_takes(client, world):
    assert 'name="evidence_type"' not in client.get(URL).content.decode()
    world.add_evidence_type(TRAINING)
    content = client.get(URL).content.decode()
    assert (
        "Training &lt;b&gt;course&lt;/b&gt;.</strong> Columns of the file: provider (required), hours (Hours of study)."
        in content
    )


def details_of(content):
    return re.search(r"<details[^>]*>", content)[0]


def test_how_the_file_is_read_is_folded_away_unless_something_is_chosen_or_wrong(client):
    assert "open" not in details_of(client.get(URL).content.decode())
    assert "open" in details_of(client.post(URL, form(file="", quote="'")).content.decode())
    assert "open" in details_of(client.post(URL, form(sheet="x" * 256)).content.decode())
    client.post(URL, form(encoding="windows-1252"))
    assert "open" in details_of(client.get(URL).content.decode())


def test_every_error_leads_to_an_element_that_is_there_and_describes_its_field(client):
    wrong = dict.fromkeys(set(form()) - {"ignore_case", "sheet"}, "#")
    content = client.post(URL, {**wrong, "sheet": "x" * 256}).content.decode()
    targets = re.findall(r'<li><a href="#([^"]+)">', content)
    assert len(targets) == len(form())
    described = [one for ids in re.findall(r'aria-describedby="([^"]+)"', content) for one in ids.split()]
    assert {f"{target.removesuffix('_0')}_error" for target in targets} <= set(described)
    for target in [*targets, *described]:
        assert content.count(f'id="{target}"') == 1
