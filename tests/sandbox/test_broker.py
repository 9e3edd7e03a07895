from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kombu import Connection

from sandbox import settings

MESSAGES = 2000


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    messages, control = str(tmp_path / "messages"), str(tmp_path / "control")
    return {"data_folder_in": messages, "data_folder_out": messages, "control_folder": control}


def test_a_message_is_never_seen_half_written(options: dict[str, str]) -> None:
    """A worker that meets one stops; so a reader in a hurry must get every message whole."""

    def connection() -> Connection:
        return Connection(
            settings.CELERY_BROKER_URL, transport=settings.CELERY_BROKER_TRANSPORT, transport_options=options
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
