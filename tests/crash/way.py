"""A way to the broker on which a test can stand: what goes over it can be cut off."""

import socket
import threading
from contextlib import suppress


class Way:
    """Listens on a free port and passes everything on to the broker, until it is closed; then nobody gets through."""

    def __init__(self, host, port):
        self.target = host, port
        self.open = True
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                came, _ = self.listener.accept()
                if not self.open:
                    came.close()
                    continue
                went = socket.create_connection(self.target)
                self.pairs.append((came, went))
                for source, sink in ((came, went), (went, came)):
                    threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()

    def close(self):
        """Cut everybody off, and let nobody through any more. Returns how many were cut off."""
        self.open = False
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                _cut(end)
        return len(pairs)

    def reopen(self):
        self.open = True

    def end(self):
        self.close()
        _cut(self.listener)


def _pass_on(source, sink):
    with suppress(OSError):
        while some := source.recv(65536):
            sink.sendall(some)
    _cut(source)
    _cut(sink)


def _cut(end):
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
