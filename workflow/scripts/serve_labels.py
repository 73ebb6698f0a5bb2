"""Serve the page on which a person labels a data set; `annotate_by_hand.py` starts it."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.files import read_table
from cbal.labeling.claims import Claims
from cbal.labeling.desk import Desk
from cbal.labeling.journal import Journal
from cbal.labeling.lifetime import Home, Owner, hold
from cbal.labeling.pages import Pages
from cbal.labeling.security import door_for
from cbal.labeling.server import Labeling
from cbal.labeling.serving import PORTS, address, listen, serve
from cbal.labeling.thumbnails import Thumbnails
from cbal.locks import is_held


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

    files = read_table(arguments.index, ["source"])["source"].to_pylist()
    journal = Journal(home.journal)
    thumbnails = Thumbnails(home.thumbnails, files, arguments.images, arguments.originals)
    desk = Desk(journal, Claims(), lambda step: is_held(home.waiting(step)))
    labeling = Labeling(desk, Pages(arguments.title, files, thumbnails.version), thumbnails, door)

    def look(needed: bool) -> None:
        desk.ended = not needed
        labeling.get_ready()

    home.address = address(arguments.host, port, door.token)
    try:
        serve(labeling.app(), sock, home, Owner(arguments.owner), look)
    finally:
        thumbnails.close()
        journal.close()
        held.close()


if __name__ == "__main__":
    run(main)
