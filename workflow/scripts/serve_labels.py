"""Serve the page on which a person labels a data set; `annotate_by_hand.py` starts it."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.data.decoding import rule_in
from cbal.labeling.desk import Desk
from cbal.labeling.journal import Journal
from cbal.labeling.leases import Claims
from cbal.labeling.web.lifetime import Home, Owner, hold
from cbal.labeling.web.pages import Pages
from cbal.labeling.web.security import door_for
from cbal.labeling.web.server import Labeling
from cbal.labeling.web.serving import PORTS, address, listen, serve
from cbal.labeling.web.thumbnails import Thumbnails
from cbal.storage.files import metadata_of, read_table
from cbal.storage.locks import is_held


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, put the server together, serve to the end."""
    cli = parser(__doc__)
    cli.add_argument("--home", type=Path, required=True, help="folder of the journal")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--originals", type=Path, nargs="?", help="folder of the original files")
    cli.add_argument("--title", required=True)
    cli.add_argument("--host", default="127.0.0.1")
    cli.add_argument("--port", type=int, default=8765, help="the first one to try")
    cli.add_argument("--owner", type=int, nargs="?", help="process whose end ends the server")
    arguments = cli.parse_args(argv)

    home = Home(arguments.home)
    held = hold(home.lock)
    if held is None:
        say("another server serves this data set")
        return
    home.forget_address()
    memory = home.memory()
    first = arguments.port
    ports = list(dict.fromkeys([memory.get("port", first), *range(first, first + PORTS)]))
    sock = listen(arguments.host, ports)
    port = sock.getsockname()[1]
    home.remember({**memory, "port": port})
    door = door_for(arguments.host, port, memory)

    began_with = changed(arguments.index)
    index = read_table(arguments.index, ["source"])
    files, rule = index["source"].to_pylist(), rule_in(metadata_of(index))
    journal = Journal(home.journal)
    thumbnails = Thumbnails(home.thumbnails, files, arguments.images, arguments.originals, rule)
    desk = Desk(journal, Claims(), lambda step: is_held(home.waiting(step)))
    labeling = Labeling(desk, Pages(arguments.title, files, thumbnails.version), thumbnails, door)

    def look(needed: bool) -> None:
        desk.ended = not needed
        labeling.get_ready()
        if changed(arguments.index) not in (began_with, None):  # files have come
            say("the data set was prepared again: another server is to begin")
            os.kill(os.getpid(), signal.SIGTERM)

    home.address = address(arguments.host, port, door.token)
    try:
        serve(labeling.app(), sock, home, Owner(arguments.owner), look)
    finally:
        thumbnails.close()
        journal.close()
        held.close()


def changed(path: Path) -> tuple[int, int] | None:
    """Return when a file was written, and which it is; None where it is away."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_ino


if __name__ == "__main__":
    run(main)
