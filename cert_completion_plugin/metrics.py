"""The numbers of a site for Prometheus; prometheus_client is spoken here alone, and an extra (`[metrics]`) brings it.

All of them are asked of the database when they are wanted. Counters in the memory of processes would be lost with each
process of a worker's pool, and every web process would have others.
"""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from cert_completion_plugin import api
from cert_completion_plugin.core.outcomes import BatchState, Outcome

PREFIX = "cert_completion"

_ENDED_MESSAGES = (api.MessageState.SENT, api.MessageState.NEVER, api.MessageState.INTERRUPTED)


def exposition(numbers: api.SiteNumbers, accept: str) -> tuple[bytes, str]:
    """These numbers as Prometheus reads them, in the form that it accepts, and the content type of that."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Site(numbers))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Site(Collector):
    """Hands the numbers out as metrics."""

    def __init__(self, numbers: api.SiteNumbers) -> None:
        self.numbers = numbers

    def collect(self) -> Iterable[Metric]:
        yield from _of_imports(self.numbers)
        yield from _of_work(self.numbers)
        yield from _of_workers(self.numbers)
        yield _of_portions(self.numbers.totals)


def _of_imports(numbers: api.SiteNumbers) -> Iterator[Metric]:
    totals = numbers.totals
    live = {str(state): numbers.work.imports.get(state, 0) for state in api.LIVE_STATES}
    ended = {str(state): totals.get("imports", {}).get(state, 0) for state in BatchState if state not in live}
    rows = {str(outcome): totals.get("rows", {}).get(outcome, 0) for outcome in Outcome}
    undone = {str(status): totals.get("undone", {}).get(status, 0) for status in api.UndoStatus}
    told = {str(state): totals.get("messages", {}).get(state, 0) for state in _ENDED_MESSAGES}
    yield _counters("messages", "Messages to learners that were delivered, by what became of them.", "state", told)
    yield _gauges("imports", "Imports that have not ended, by state.", "state", live)
    yield _counters("imports_ended", "Imports that have ended, by how they did.", "state", ended)
    yield _counters("rows", "Rows of imports that have ended, by outcome.", "outcome", rows)
    yield _counters("undone_rows", "Rows of undos that are done, by what became of them.", "status", undone)


def _of_work(numbers: api.SiteNumbers) -> Iterator[Metric]:
    work = numbers.work
    portions = {"import": work.portions, "undo": work.undo_portions}
    opened = {kind: each.open for kind, each in portions.items()}
    rows = {kind: each.rows for kind, each in portions.items()}
    yield _gauges("open_portions", "Portions of work that are not done.", "of", opened)
    yield _gauges("open_rows", "Rows of the portions that are not done.", "of", rows)
    waiting = "Seconds since something last happened on the import that has waited longest; 0 if none is worked on."
    yield _gauge("waiting_seconds", waiting, numbers.seconds_since(work.waiting_since))
    asking = "Seconds for which the oldest import has waited for somebody's answer or approval; 0 if none does."
    yield _gauge("asking_seconds", asking, numbers.seconds_since(work.asking_since))
    tellings = work.tellings
    left = {"waiting": tellings.waiting, "sending": tellings.sending, "interrupted": tellings.interrupted}
    text = f"Messages to learners that are left, and those interrupted within a day; counted to {api.MOST_COUNTED}."
    yield _gauges("open_messages", text, "state", left)
    held = "Imports whose messages to learners cannot be sent now."
    yield _gauge("messages_held_imports", held, len(tellings.held))
    yield _gauge("waiting_mails", "Mails to uploaders that wait.", tellings.mails_waiting)
    yield _gauge("stalled_imports", "Imports on which nothing happens that should.", work.stalled_in_all)
    yield _gauge("troubled_imports", "Imports that wait for an answer of a host.", len(work.troubled))


def _of_workers(numbers: api.SiteNumbers) -> Iterator[Metric]:
    workers = {"working": numbers.workers, "lost": numbers.lost_workers}
    yield _gauges("workers", "Workers, by whether they gave a sign of life lately.", "state", workers)
    yield _gauge("broker_up", "Whether the broker answers.", int(numbers.broker_answers))
    info = GaugeMetricFamily(
        f"{PREFIX}_build", "The versions at work in the web process.", labels=list(_labels(numbers))
    )
    info.add_metric(list(_labels(numbers).values()), 1)
    yield info


def _labels(numbers: api.SiteNumbers) -> dict[str, str]:
    return {name.lower().replace("-", "_"): version for name, version in numbers.versions.items()}


def _of_portions(totals: Mapping[str, Mapping[str, float]]) -> Metric:
    """How long portions took. Of the numbers in the buckets each is added to those of all longer ones."""
    counted, so_far, buckets = totals.get("portions", {}), 0.0, []
    for most in (*map(str, api.PORTION_BUCKETS), api.PORTION_SLOWER):
        so_far += counted.get(most, 0)
        buckets.append(("+Inf" if most == api.PORTION_SLOWER else most, so_far))
    text = "Seconds of work on a portion of an import that has ended."
    histogram = HistogramMetricFamily(f"{PREFIX}_portion_seconds", text)
    histogram.add_metric([], buckets, totals.get("seconds", {}).get("sum", 0))
    return histogram


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, value=value)


def _gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family


def _counters(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}_{name}", text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family
