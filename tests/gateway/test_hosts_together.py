"""Which host answers which hook, and what several hosts can do together."""

import types
from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks import (
    SPEC_VERSION,
    BatchSummary,
    Capability,
    Certification,
    CertificationRef,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    HostInfo,
    HostRefused,
    HostUnavailable,
    Learner,
    Message,
    MessageTrigger,
    StateKey,
    WriteStatus,
    hookimpl,
)
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin.core.ports import Host
from cert_completion_plugin.gateway import Gateway, HostContractError

SUMMARY = BatchSummary(state="finished", rows=0)


def info(name, *capabilities, alias=None, path=""):
    return HostInfo(
        name=name,
        version="1",
        contract_version=SPEC_VERSION,
        database_alias=alias,
        capabilities=frozenset(capabilities),
        record_of_learning_path=path,
    )


class Directory:
    """A host that knows learners and nothing else."""

    def __init__(self, learner_key="staff-7"):
        self.learner_key = learner_key
        self.asked = []

    @hookimpl
    def host_info(self):
        return info("directory", path="/people/{key}/learning")

    @hookimpl
    def find_learners(self, usernames):
        self.asked.append(usernames)
        return {name: [Learner(key=self.learner_key, username=name)] for name in usernames[:1]}


class Writer(MemoryHost):
    """The in-memory host as if it wrote on a database connection, with some of its capabilities."""

    def __init__(self, *capabilities, alias="default"):
        super().__init__()
        self.said = info("writer", *capabilities, alias=alias)

    @hookimpl
    def host_info(self):
        return self.said


class Archive:
    """A host that keeps evidence and undoes, and does not keep completions."""

    def __init__(self, alias="default"):
        self.alias = alias

    @hookimpl
    def host_info(self):
        return info("archive", Capability.EVIDENCE, alias=self.alias)

    @hookimpl
    def find_evidence(self, keys):
        return {}

    @hookimpl
    def record_evidence(self, items):
        return []


def test_the_first_host_of_the_setting_answers(memory, actor):
    directory = Directory()
    first = Gateway({"directory": directory, "memory": memory})
    assert first.acting_for(actor).find_learners(["kim"])["kim"][0].key == "staff-7"
    second = Gateway({"memory": memory, "directory": directory})
    assert second.acting_for(actor).find_learners(["kim"]) == {}


def test_learners_from_one_host_and_records_from_another(batch, actor):
    records = MemoryHost()
    learner = records.add_learner("whoever")
    records.add_certification(Certification(key="c1", short_name="Fire", id_number=""))
    gateway = Gateway({"directory": Directory(learner.key), "memory": records})
    assert gateway.problems() == []
    host = gateway.acting_for(actor)
    (found,) = host.find_learners(["pat"])["pat"]
    key = StateKey(found.key, "c1")
    assert host.find_completion_states([key], batch.as_of) == {}
    change = CompletionChange(
        key="b1:2",
        learner_key=found.key,
        certification_key="c1",
        expected=CompletionState().digest(),
        current=CompletionRecord(completed=date(2026, 3, 1), row_key="b1:2"),
    )
    assert gateway.record_completions(batch, [change])["b1:2"].status is WriteStatus.WRITTEN
    assert host.find_completion_states([key], batch.as_of)[key].current == change.current


def test_the_whole_way_on_the_in_memory_host(gateway, memory, batch, actor):
    host = gateway.acting_for(actor)
    learner = host.find_learners(["pat", "nobody"])["pat"][0]
    reference = CertificationRef("Fire", "")
    assert host.find_certifications([reference], ignore_case=False)[reference][0].key == "c1"
    item = EvidenceItem(
        key="b1:3", learner_key=learner.key, name="Canoe", short_name="Canoe", id_number="", completed=date(2025, 5, 5)
    )
    assert host.find_evidence([item.evidence_key]) == {}
    assert gateway.record_evidence(batch, [item])["b1:3"].status is WriteStatus.WRITTEN
    assert host.find_evidence([item.evidence_key]) == {item.evidence_key: item}
    assert gateway.undo_changes(batch, [], [item], preview=False)["b1:3"].status == "undone"
    message = Message(key="m1", learner_key=learner.key, certification_key="c1", trigger=MessageTrigger.ASSIGNED)
    assert gateway.send_messages(batch, [message])["m1"].status == "sent"
    gateway.batch_finished(batch, SUMMARY)
    assert memory.finished == ((batch, SUMMARY),)


def test_the_core_s_port_is_kept(gateway, actor):
    host: Host = gateway.acting_for(actor)
    assert [each.key for each in host.list_certifications()] == ["c1"]


def test_the_list_is_read_page_by_page(memory, gateway, actor):
    for number in range(2500):
        memory.add_certification(Certification(key=f"d{number:04}", short_name=str(number), id_number=""))
    assert len({each.key for each in gateway.acting_for(actor).list_certifications()}) == 2501


def test_a_module_is_a_host_too(actor):
    @hookimpl
    def find_learners(usernames):
        return {name: [Learner(key="k", username=name)] for name in usernames}

    module = types.ModuleType("some_host")
    vars(module)["find_learners"] = find_learners
    assert Gateway({"module": module}).acting_for(actor).find_learners(["pat"])["pat"][0].key == "k"


def test_empty_questions_are_not_asked(batch, actor):
    directory = Directory()
    gateway = Gateway({"directory": directory})
    host = gateway.acting_for(actor)
    assert host.find_learners([]) == {}
    assert host.find_certifications([], ignore_case=True) == {}
    assert host.find_completion_states([], batch.as_of) == {}
    assert host.find_evidence([]) == {}
    assert gateway.record_completions(batch, []) == {}
    assert gateway.record_evidence(batch, []) == {}
    assert gateway.undo_changes(batch, [], [], preview=False) == {}
    assert gateway.send_messages(batch, []) == {}
    assert directory.asked == []


def test_questions_are_put_once_each(actor):
    directory = Directory()
    Gateway({"directory": directory}).acting_for(actor).find_learners(["pat", "kim", "pat"])
    assert directory.asked == [("pat", "kim")]


def test_a_hook_that_nobody_answers_says_so(batch, actor):
    with pytest.raises(HostContractError, match=r"find_certifications.*No active host implements it"):
        Gateway({"directory": Directory()}).acting_for(actor).find_certifications(
            [CertificationRef("Fire", "")], ignore_case=False
        )


@pytest.mark.parametrize("error", [HostUnavailable("down"), HostRefused("no"), ZeroDivisionError()])
def test_what_a_host_raises_passes_through(actor, error):
    class Broken(Directory):
        @hookimpl
        def find_learners(self, usernames):
            raise error

    with pytest.raises(type(error)) as raised:
        Gateway({"broken": Broken()}).acting_for(actor).find_learners(["pat"])
    assert raised.value is error


def test_what_a_host_does_not_answer_is_not_answered_by_the_next(memory, actor):
    """A host that wrote and forgot to return must not have the same written by another."""

    class Forgetful(Directory):
        @hookimpl
        def find_learners(self, usernames):
            return None

    with pytest.raises(HostContractError, match=r"'forgetful'.*returned None"):
        Gateway({"forgetful": Forgetful(), "memory": memory}).acting_for(actor).find_learners(["pat"])


def test_a_host_that_cannot_be_used_is_not_passed_over(memory, actor):
    class Broken:
        @hookimpl
        def find_learners(self, usernames, nonsense):
            return {}

    gateway = Gateway({"broken": Broken(), "memory": memory})
    with pytest.raises(HostContractError, match=r"'broken'.*'nonsense'"):
        gateway.acting_for(actor).find_learners(["pat"])
    assert [each.key for each in gateway.acting_for(actor).list_certifications()] == ["c1"]


class TestCapabilities:
    def test_those_of_the_hosts_that_answer(self):
        gateway = Gateway({"directory": Directory(), "memory": MemoryHost()})
        assert gateway.capabilities == frozenset(Capability)
        assert [each.name for each in gateway.infos] == ["directory", "memory"]

    def test_only_what_is_declared(self):
        gateway = Gateway({"writer": Writer(Capability.HISTORY, Capability.UNDO)})
        assert gateway.capabilities == {Capability.HISTORY, Capability.UNDO}

    def test_not_those_of_a_host_that_comes_too_late_to_answer(self):
        gateway = Gateway({"writer": Writer(Capability.HISTORY), "memory": MemoryHost()})
        assert gateway.capabilities == {Capability.HISTORY}

    def test_no_undo_where_evidence_is_kept_by_another_host(self):
        assert Capability.UNDO in Gateway({"memory": MemoryHost()}).capabilities
        gateway = Gateway({"archive": Archive(), "memory": MemoryHost()})
        assert gateway.capabilities == frozenset(Capability) - {Capability.UNDO}

    def test_each_host_is_asked_once(self):
        class Counting(MemoryHost):
            calls = 0

            @hookimpl
            def host_info(self):
                self.calls += 1
                return info("counting")

        host = Counting()
        gateway = Gateway({"counting": host})
        assert gateway.infos == gateway.infos
        assert gateway.problems() == []
        assert host.calls == 1


class TestConnection:
    def test_of_the_host_that_writes(self):
        gateway = Gateway({"directory": Directory(), "writer": Writer(alias="lms")})
        assert gateway.shares_connection("lms")
        assert not gateway.shares_connection("default")

    def test_evidence_on_another_is_not_shared(self):
        writer = Writer(alias="default")
        assert Gateway({"archive": Archive("default"), "writer": writer}).shares_connection("default")
        assert not Gateway({"archive": Archive("other"), "writer": writer}).shares_connection("default")

    def test_none_without_a_database_or_a_writer(self):
        assert not Gateway({"memory": MemoryHost()}).shares_connection("default")
        assert not Gateway({"directory": Directory()}).shares_connection("default")


class TestRecordOfLearning:
    def test_of_the_first_host_that_has_one(self):
        gateway = Gateway({"memory": MemoryHost(), "directory": Directory()})
        assert gateway.record_of_learning_path("7") == "/people/7/learning"

    def test_keys_are_quoted(self):
        gateway = Gateway({"directory": Directory()})
        assert gateway.record_of_learning_path("a/b ?{key}é") == "/people/a%2Fb%20%3F%7Bkey%7D%C3%A9/learning"

    def test_none(self, gateway):
        assert gateway.record_of_learning_path("7") == ""


class TestEvidenceTypes:
    def test_none_where_nobody_answers(self, actor):
        assert Gateway({"directory": Directory()}).evidence_types(actor) == ()

    def test_none_where_the_host_has_nothing_to_say(self, actor):
        class Silent(Directory):
            @hookimpl
            def evidence_types(self):
                return None

        assert Gateway({"silent": Silent()}).evidence_types(actor) == ()


class TestBatchFinished:
    def test_one_host_s_error_keeps_no_other_from_hearing_and_is_logged_with_ids_only(self, memory, batch, caplog):
        class Broken(Directory):
            @hookimpl
            def batch_finished(self, batch):
                raise ValueError("pat.smith@example.org is unknown")

        other = MemoryHost("other")
        gateway = Gateway({"memory": memory, "broken": Broken(), "silent": Directory(), "other": other})
        gateway.batch_finished(replace(batch, file_name="secret names.csv"), SUMMARY)
        assert len(memory.finished) == len(other.finished) == 1
        (logged,) = caplog.records
        assert logged.getMessage() == (
            "event=host_failed batch_reference=b1 error=ValueError host=broken hook=batch_finished"
        )
        assert "pat.smith" not in caplog.text
        assert "secret" not in caplog.text
