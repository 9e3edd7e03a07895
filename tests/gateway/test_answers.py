"""Every answer that the contract does not allow is an error that names hook, host and the first offending key."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from cert_completion_hooks import (
    Actor,
    BeforeImage,
    Certification,
    CertificationRef,
    ChangeToUndo,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceField,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    FieldKind,
    Learner,
    Message,
    MessageResult,
    MessageStatus,
    MessageTrigger,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    StateKey,
    UndoResult,
    UndoStatus,
    WriteResult,
    WriteStatus,
    hookimpl,
    normalised,
)
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.gateway import Gateway, HostContractError

DAY = date(2026, 3, 15)
PAT = Learner(key="k1", username="pat")
FIRE = Certification(key="c1", short_name="Fire", id_number="F-1")
REFERENCE = CertificationRef("Fire", "F-1")
STATE_KEY = StateKey("k1", "c1")
EVIDENCE_KEY = EvidenceKey(learner_key="k1", short_name="Canoe", id_number="", completed=DAY)
ITEM = EvidenceItem(
    key="b1:3", learner_key="k1", name="Canoe", short_name="Canoe", id_number="", completed=DAY, fields={"no": "7"}
)
RECORD = CompletionRecord(completed=DAY, row_key="b1:2")
CHANGE = CompletionChange(key="b1:2", learner_key="k1", certification_key="c1", expected="", current=RECORD)
OTHER = replace(CHANGE, key="b1:4", certification_key="c2")
MESSAGE = Message(key="m1", learner_key="k1", certification_key="c1", trigger=MessageTrigger.ASSIGNED)
UNDONE = UndoResult(key="b1:2", status=UndoStatus.UNDONE)
SENT = MessageResult(key="m1", status=MessageStatus.SENT)


def but(value, **parts):
    """The value with other parts, which may be of wrong types."""
    return value._replace(**parts) if hasattr(value, "_replace") else replace(value, **parts)


class Answering:
    """A host whose every answer is the one it was made with."""

    def __init__(self, answer):
        self.answer = answer

    @hookimpl
    def find_learners(self):
        return self.answer

    @hookimpl
    def find_certifications(self):
        return self.answer

    @hookimpl
    def list_certifications(self, after):
        return self.answer(after) if callable(self.answer) else self.answer

    @hookimpl
    def find_completion_states(self):
        return self.answer

    @hookimpl
    def find_evidence(self):
        return self.answer

    @hookimpl
    def evidence_types(self):
        return self.answer

    @hookimpl
    def record_completions(self):
        return self.answer

    @hookimpl
    def record_evidence(self):
        return self.answer

    @hookimpl
    def undo_changes(self):
        return self.answer

    @hookimpl
    def send_messages(self):
        return self.answer


@pytest.fixture
def ask(actor, batch):
    """Put a question or request to a host that answers so."""

    def asked(hook, answer, **given):
        gateway = Gateway({"mine": Answering(answer)})
        host = gateway.acting_for(actor)
        return {
            "find_learners": lambda: host.find_learners(given.get("usernames", ["pat"])),
            "find_certifications": lambda: host.find_certifications(
                given.get("references", [REFERENCE]), ignore_case=given.get("ignore_case", False)
            ),
            "list_certifications": lambda: list(host.list_certifications()),
            "find_completion_states": lambda: host.find_completion_states([STATE_KEY], DAY),
            "find_evidence": lambda: host.find_evidence([EVIDENCE_KEY]),
            "evidence_types": lambda: gateway.evidence_types(actor),
            "record_completions": lambda: gateway.record_completions(batch, [CHANGE, OTHER]),
            "record_evidence": lambda: gateway.record_evidence(batch, [ITEM]),
            "undo_changes": lambda: gateway.undo_changes(
                batch,
                [ChangeToUndo(change=CHANGE, before=BeforeImage(assigned=False, current=None))],
                [ITEM],
                preview=False,
            ),
            "send_messages": lambda: gateway.send_messages(batch, [MESSAGE]),
        }[hook]()

    return asked


@pytest.fixture
def violation(ask):
    def violated(hook, answer, **given):
        with pytest.raises(HostContractError) as raised:
            ask(hook, answer, **given)
        error = raised.value
        assert (error.hook, error.host) == (hook, "mine")
        assert error.mend
        text = str(error)
        assert text.startswith(f"Host 'mine', hook '{hook}'")
        assert (f", key {error.key!r}: " in text) is (error.key is not None)
        return error

    return violated


MAPPINGS = ["find_learners", "find_certifications", "find_completion_states", "find_evidence"]
SEQUENCES = ["list_certifications", "record_completions", "record_evidence", "undo_changes", "send_messages"]


@pytest.mark.parametrize("hook", MAPPINGS)
@pytest.mark.parametrize("answer", [None, [], "text", 7, {1, 2}], ids=repr)
def test_what_is_no_mapping(violation, hook, answer):
    assert violation(hook, answer).key is None


@pytest.mark.parametrize("hook", [*SEQUENCES, "evidence_types"])
@pytest.mark.parametrize("answer", [{}, "text", 7, b"", iter(())], ids=lambda each: type(each).__name__)
def test_what_is_no_sequence(violation, hook, answer):
    assert violation(hook, answer).key is None


@pytest.mark.parametrize("hook", MAPPINGS)
@pytest.mark.parametrize("key", ["other", None, ("k1", "c2"), 7], ids=repr)
def test_keys_that_were_not_asked_for(violation, hook, key):
    error = violation(hook, {key: []})
    assert error.key == key
    assert "not asked for" in error.what


@pytest.mark.parametrize("hook", MAPPINGS)
def test_absent_means_none(ask, hook):
    assert ask(hook, {}) == {}


class TestLearners:
    def test_as_they_are(self, ask):
        assert ask("find_learners", {"pat": [PAT]}) == {"pat": (PAT,)}

    @pytest.mark.parametrize("username", ["Pat", "pát", "pat smith", ""])
    def test_those_of_another_name_are_left_out(self, ask, username):
        assert ask("find_learners", {"pat": [but(PAT, username=username)]}) == {"pat": ()}

    def test_names_are_normalised_before_they_are_compared(self, ask):
        learner = but(PAT, username="\u00a0jose\u0301\u200b")
        assert ask("find_learners", {"jos\u00e9": [learner]}, usernames=["jos\u00e9"]) == {"jos\u00e9": (learner,)}

    def test_one_learner_found_for_two_spellings_is_kept_for_their_own(self, ask):
        assert ask("find_learners", {"Pat": [PAT], "pat": [PAT]}, usernames=["Pat", "pat"]) == {
            "Pat": (),
            "pat": (PAT,),
        }

    def test_several_of_one_name(self, ask):
        other = but(PAT, key="k2", username="pat ")
        assert ask("find_learners", {"pat": (PAT, other)}) == {"pat": (PAT, other)}

    @pytest.mark.parametrize(
        "value",
        [
            PAT,
            None,
            {PAT},
            ["pat"],
            [None],
            [but(PAT, key=1)],
            [but(PAT, username=None)],
            [but(PAT, status="active")],
            [but(PAT, full_name=None)],
            [but(PAT, key="")],
            [but(PAT, key="k" * 101)],
            [PAT, PAT],
            [PAT, but(PAT, full_name="Pat")],
        ],
        ids=lambda each: repr(each)[:60],
    )
    def test_wrong_values(self, violation, value):
        assert violation("find_learners", {"kim": [], "pat": value}, usernames=["kim", "pat"]).key == "pat"

    def test_a_key_of_a_hundred_characters_is_fine(self, ask):
        learner = but(PAT, key="k" * 100)
        assert ask("find_learners", {"pat": [learner]}) == {"pat": (learner,)}

    def test_one_key_under_two_names(self, violation):
        answer = {"pat": [PAT], "kim": [but(PAT, username="kim")]}
        error = violation("find_learners", answer, usernames=["pat", "kim"])
        assert error.key == "kim"
        assert "'k1'" in error.what

    def test_the_text_names_the_field_and_what_belongs_there(self, violation):
        error = violation("find_learners", {"pat": [but(PAT, status="active")]})
        assert str(error) == (
            "Host 'mine', hook 'find_learners', key 'pat': "
            "status of this Learner is 'active'; it must be LearnerStatus. "
            "Build it with the types that cert_completion_hooks says."
        )

    @given(st.text(), st.text(min_size=1))
    def test_no_other_name_ever_fits(self, own, asked):
        learner = but(PAT, username=own)
        host = Gateway({"mine": Answering({asked: [learner]})}).acting_for(Actor(key="1", username="a"))
        expected = (learner,) if normalised(own) == asked else ()
        assert host.find_learners([asked]) == {asked: expected}


RULE = RecertificationRule(
    kind=RuleKind.EXPIRY_DATE, active=Period(1, PeriodUnit.YEAR), window=Period(1, PeriodUnit.MONTH)
)


class TestCertifications:
    def test_either_name_fits(self, ask):
        named = but(FIRE, key="c2", id_number="X")
        numbered = but(FIRE, key="c3", short_name="X", rule=RULE)
        answer = {REFERENCE: [FIRE, named, numbered]}
        assert ask("find_certifications", answer) == {REFERENCE: (FIRE, named, numbered)}

    def test_those_of_other_names_are_left_out(self, ask):
        assert ask("find_certifications", {REFERENCE: [but(FIRE, short_name="fire", id_number="f-1")]}) == {
            REFERENCE: ()
        }

    def test_another_name_fits_in_either_place_and_no_empty_one_does(self, ask):
        other = but(FIRE, short_name="X", id_number="Y", other_names=("", "course 1"))
        for reference in (CertificationRef("course 1", ""), CertificationRef("", "course 1")):
            assert ask("find_certifications", {reference: [other]}, references=[reference]) == {reference: (other,)}
        nothing = CertificationRef("course 2", "")
        assert ask("find_certifications", {nothing: [other]}, references=[nothing]) == {nothing: ()}

    def test_an_empty_name_fits_nothing(self, ask):
        reference = CertificationRef("", "F-9")
        nameless = but(FIRE, short_name="")
        assert ask("find_certifications", {reference: [nameless]}, references=[reference]) == {reference: ()}

    def test_case_does_not_count_when_it_is_ignored(self, ask):
        reference = CertificationRef("STRASSE", "")
        street = but(FIRE, short_name="Straße ")
        answer = {reference: [street, but(street, key="c2", short_name="Strasse 2")]}
        assert ask("find_certifications", answer, references=[reference], ignore_case=True) == {reference: (street,)}

    @pytest.mark.parametrize(
        "value",
        [
            FIRE,
            ["Fire"],
            [but(FIRE, key="")],
            [but(FIRE, key="c" * 101)],
            [but(FIRE, id_number=None)],
            [but(FIRE, allowed=1)],
            [but(FIRE, rule="expiry_date")],
            [but(FIRE, rule=but(RULE, kind="expiry_date"))],
            [but(FIRE, rule=but(RULE, active=but(Period(1, PeriodUnit.YEAR), count="1")))],
            [but(FIRE, rule=but(RULE, window=30))],
            [FIRE, FIRE],
        ],
        ids=lambda each: repr(each)[:60],
    )
    def test_wrong_values(self, violation, value):
        assert violation("find_certifications", {REFERENCE: value}).key == REFERENCE

    def test_one_key_with_two_descriptions(self, violation):
        other = CertificationRef("Fire", "")
        answer = {REFERENCE: [FIRE], other: [but(FIRE, allowed=False)]}
        assert violation("find_certifications", answer, references=[REFERENCE, other]).key == other


class TestList:
    def page(self, first, count):
        return [but(FIRE, key=f"c{number:05}") for number in range(first, first + count)]

    def test_ends_with_a_page_that_is_not_full(self, ask):
        pages = {"": self.page(0, 1000), "c00999": self.page(1000, 1000), "c01999": []}
        assert len(ask("list_certifications", pages.__getitem__)) == 2000

    def test_is_not_asked_for_more_after_it(self, ask):
        assert len(ask("list_certifications", {"": self.page(0, 999)}.__getitem__)) == 999

    def test_that_does_not_advance(self, violation):
        error = violation("list_certifications", self.page(0, 1000))
        assert error.key == "c00000"

    def test_that_returns_too_many(self, violation):
        assert "1001" in violation("list_certifications", self.page(0, 1001)).what

    @pytest.mark.parametrize("value", [None, "c1", but(FIRE, key=""), but(FIRE, active=None)])
    def test_wrong_values(self, violation, value):
        violation("list_certifications", [value])


class TestStates:
    @pytest.mark.parametrize(
        "record",
        [CompletionRecord(completed=None), CompletionRecord(completed=DAY, expires=date(2020, 1, 1), line=3)],
    )
    def test_records_may_contradict_themselves(self, ask, record):
        state = CompletionState(state=CompletionState().state, current=record, history=(record,))
        assert ask("find_completion_states", {STATE_KEY: state}) == {STATE_KEY: state}

    @pytest.mark.parametrize(
        "value",
        [
            None,
            but(CompletionState(), state="certified"),
            but(CompletionState(), current={}),
            but(CompletionState(), history=[RECORD]),
            but(CompletionState(), history=(None,)),
            but(CompletionState(), assigned=None),
            but(CompletionState(), changed_by=None),
            but(CompletionState(), changed_at=DAY),
            but(CompletionState(), current=but(RECORD, completed="2026-01-01")),
            but(CompletionState(), current=but(RECORD, expires=datetime(2026, 1, 1))),
            but(CompletionState(), history=(but(RECORD, window_opens=0),)),
            but(CompletionState(), history=(but(RECORD, baseline_expires=""),)),
            but(CompletionState(), history=(but(RECORD, row_key=None),)),
            but(CompletionState(), history=(but(RECORD, line="3"),)),
            but(CompletionState(), history=(but(RECORD, line=True),)),
        ],
        ids=lambda each: repr(each)[:100],
    )
    def test_wrong_values(self, violation, value):
        assert violation("find_completion_states", {STATE_KEY: value}).key == STATE_KEY


class TestEvidence:
    def test_as_it_is(self, ask):
        item = but(ITEM, key="", short_name="Canoe ")
        assert ask("find_evidence", {EVIDENCE_KEY: item}) == {EVIDENCE_KEY: item}

    @pytest.mark.parametrize("names", [{"short_name": "canoe"}, {"id_number": "X"}])
    def test_that_of_other_names_is_left_out(self, ask, names):
        assert ask("find_evidence", {EVIDENCE_KEY: but(ITEM, **names)}) == {}

    @pytest.mark.parametrize(
        "value",
        [
            None,
            [ITEM],
            but(ITEM, learner_key="k2"),
            but(ITEM, completed=date(2020, 1, 1)),
            but(ITEM, due="never"),
            but(ITEM, fields={"no": 7.5}),
            but(ITEM, fields=[]),
        ],
        ids=lambda each: repr(each)[:100],
    )
    def test_wrong_values(self, violation, value):
        assert violation("find_evidence", {EVIDENCE_KEY: value}).key == EVIDENCE_KEY

    def test_types_as_they_are(self, ask):
        field = EvidenceField(name="no", kind=FieldKind.CHOICE, choices=("a", "b"))
        offered = [EvidenceType(name="Licence", fields=(field,)), EvidenceType(name="Card")]
        assert ask("evidence_types", offered) == tuple(offered)

    @pytest.mark.parametrize(
        "value",
        [
            ["Licence"],
            [EvidenceType(name="")],
            [EvidenceType(name="Licence"), EvidenceType(name="Licence")],
            [but(EvidenceType(name="Licence"), fields=[EvidenceField(name="no", kind=FieldKind.TEXT)])],
            [EvidenceType(name="Licence", fields=(but(EvidenceField(name="no", kind=FieldKind.TEXT), kind="text"),))],
        ],
        ids=lambda each: repr(each)[:100],
    )
    def test_wrong_types(self, violation, value):
        violation("evidence_types", value)


def written(key, status=WriteStatus.WRITTEN):
    return WriteResult(key=key, status=status)


class TestResults:
    def test_by_key_in_the_order_asked(self, ask):
        answer = (written("b1:4", WriteStatus.CONFLICT), written("b1:2"))
        found = ask("record_completions", answer)
        assert list(found.items()) == [("b1:2", answer[1]), ("b1:4", answer[0])]

    @pytest.mark.parametrize(
        ("hook", "answer", "key"),
        [
            ("record_completions", [written("b1:2")], "b1:4"),
            ("record_completions", [], "b1:2"),
            ("record_completions", [written("b1:2"), written("b1:4"), written("b1:5")], "b1:5"),
            ("record_completions", [written("b1:2"), written("b1:2"), written("b1:4")], "b1:2"),
            ("record_completions", [written("b1:2"), ("b1:4", "written")], None),
            ("record_completions", [written("b1:2", "written"), written("b1:4")], None),
            ("record_completions", [written("b1:2"), but(written("b1:4"), reason=None)], None),
            ("record_evidence", [], "b1:3"),
            ("record_evidence", [written("b1:2")], "b1:2"),
            ("record_evidence", [MessageResult(key="b1:3", status=MessageStatus.SENT)], None),
            ("undo_changes", [UNDONE], "b1:3"),
            ("undo_changes", [but(UNDONE, status="undone")], None),
            ("undo_changes", [but(UNDONE, kept=["b1:2"])], None),
            ("send_messages", [], "m1"),
            ("send_messages", [but(SENT, status="sent")], None),
            ("send_messages", [but(SENT, key="m2")], "m2"),
        ],
    )
    def test_wrong_results(self, violation, hook, answer, key):
        assert violation(hook, answer).key == key

    def test_kept_records_are_the_change_s_own(self, ask, violation):
        item = UndoResult(key="b1:3", status=UndoStatus.CHANGED_SINCE, kept=("b1:3",))
        change = UndoResult(key="b1:2", status=UndoStatus.CHANGED_SINCE, kept=("b1:2",))
        assert ask("undo_changes", [item, change]) == {"b1:2": change, "b1:3": item}
        assert violation("undo_changes", [item, but(change, kept=("b1:3",))]).key == "b1:2"
