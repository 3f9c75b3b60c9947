"""`jifen` as a process of its own, and its server on a port of loopback that is kept free for it until it listens."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[1]
JIFEN = (sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main(sys.argv[1:]))")
SECONDS = 60
"""How long a start or an end may take: a shared machine pauses for seconds."""


@contextmanager
def jifen_serving(environ: Mapping[str, str]) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """`jifen serve` under these variables and its address, once it is ready; at the end of the block it is stopped."""
    with _free_port() as port:
        command = [*JIFEN, "serve", "--port", str(port)]
        with subprocess.Popen(command, cwd=ROOT, env=dict(environ), stdout=subprocess.DEVNULL) as process:
            try:
                _wait_for(process, f"http://127.0.0.1:{port}")
                yield process, f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                try:
                    process.wait(timeout=SECONDS)
                finally:
                    process.kill()


def is_ready(address: str) -> bool:
    """Whether the server there answers."""
    try:
        return httpx2.get(address + "/readyz", timeout=SECONDS, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


@contextmanager
def _free_port() -> Iterator[int]:
    """A port that nobody is given meanwhile; whoever names it may listen at it."""
    with socket.socket() as keeper:
        # Bound and not listening: a port let go at once could be another test's before the server has started.
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        port: int = keeper.getsockname()[1]
        yield port


def _wait_for(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_ready(address):
        assert process.poll() is None, "the server ended before it was ready"
        assert time.monotonic() < deadline, "the server is not ready"
        time.sleep(0.1)
