import runpy
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kombu import Connection

MESSAGES = 2000


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The sandbox's settings, its data in a folder of the test."""
    monkeypatch.setenv("SANDBOX_DATA", str(tmp_path))
    return runpy.run_module("sandbox.settings")


def test_a_message_is_never_seen_half_written(settings: dict[str, Any]) -> None:
    """A worker that meets one stops; so a reader in a hurry must get every message whole."""

    def connection() -> Connection:
        return Connection(
            settings["CELERY_BROKER_URL"],
            transport=settings["CELERY_BROKER_TRANSPORT"],
            transport_options=settings["CELERY_BROKER_TRANSPORT_OPTIONS"],
        )

    def put_all() -> None:
        with connection() as writing, writing.SimpleQueue("numbers") as queue:
            for number in range(MESSAGES):
                queue.put(number)

    got: list[Any] = []
    writer = Thread(target=put_all)
    with connection() as reading, reading.SimpleQueue("numbers") as queue:
        writer.start()
        while writer.is_alive() or queue.qsize():
            try:
                message = queue.get_nowait()
            except queue.Empty:
                continue
            got.append(message.payload)
            message.ack()
    writer.join()
    assert sorted(got) == list(range(MESSAGES))
