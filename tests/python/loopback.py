"""Servers on the loopback interface for tests, and a wire to them that counts and cuts."""

import selectors
import socket
import threading
import time
from contextlib import suppress

import uvicorn
from sending_setup import free_port
from starlette.applications import Starlette

BEFORE, AFTER = "before", "after"  # the server reads the request; only its answer gets lost


class Proxy:
    """`turns` counts how often the client spoke after the server had: round trips. `cuts` meet them one by one."""

    def __init__(self, port: int):
        self.turns = 0
        self.cuts: list[str] = []
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        # wakes who waits in accept
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with (
            client,
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self._server_port)) as server,
            selectors.DefaultSelector() as waiting,
        ):
            waiting.register(client, selectors.EVENT_READ, server)
            waiting.register(server, selectors.EVENT_READ, client)
            self._carry_between(client, server, waiting)

    def _carry_between(self, client, server, waiting) -> None:
        speaker, cut = server, ""
        while True:
            for key, _ in waiting.select():
                data = key.fileobj.recv(65536)
                if not data:
                    return
                if key.fileobj is client and speaker is server:
                    self.turns += 1
                    cut = self.cuts.pop(0) if self.cuts else ""
                speaker = key.fileobj
                if cut == BEFORE or (cut == AFTER and speaker is server):
                    return
                key.data.sendall(data)


class Server:
    def __init__(self, app: Starlette, **options):
        self.port = free_port()
        self._server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, **{"log_level": "critical"} | options)
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(timeout=5)
