"""Serve the labeling page of a data set; `annotate_by_hand.py` starts this server."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.data.decoding import rule_in
from cbal.data.showing import Showing
from cbal.data.texts_shown import ShownTexts
from cbal.labeling.desk import Desk
from cbal.labeling.leases import Claims
from cbal.labeling.measured import accuracies_of
from cbal.labeling.review.journal import Reviews
from cbal.labeling.review.predicted import Predicted
from cbal.labeling.review.shelf import Shelf
from cbal.labeling.splitting import Splitter
from cbal.labeling.waits import waits_of
from cbal.labeling.web.cards import Telling, no_words
from cbal.labeling.web.lifetime import Home, Owner, Owners, hold
from cbal.labeling.web.pages import Pages
from cbal.labeling.web.public import public_of
from cbal.labeling.web.reviewing import Reviewing
from cbal.labeling.web.security import door_for
from cbal.labeling.web.server import Labeling
from cbal.labeling.web.serving import PORTS, address, listen, serve
from cbal.labeling.web.thumbnails import Thumbnails
from cbal.storage.files import metadata_of, read_table
from cbal.storage.locks import is_held
from cbal.storage.texts import read_texts


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, build the server, serve until it is told to stop."""
    cli = parser(__doc__)
    cli.add_argument("--home", type=Path, required=True, help="folder of the journal")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--images", type=Path, nargs="?", help="pixels, where samples are images")
    cli.add_argument("--originals", type=Path, nargs="?", help="folder of the original files")
    cli.add_argument("--texts", type=Path, nargs="?", help="texts, where samples are texts")
    cli.add_argument("--title", required=True)
    cli.add_argument("--host", default="127.0.0.1")
    cli.add_argument("--port", type=int, default=8765, help="first port to try")
    cli.add_argument("--public-url", type=public_of, nargs="?", help="behind a reverse proxy")
    cli.add_argument("--double", type=float, default=0, help="share that two people are asked")
    cli.add_argument(
        "--owner", type=int, nargs="?", help="process at whose end the server ends too"
    )
    arguments = cli.parse_args(argv)

    home = Home(arguments.home)
    held = hold(home.lock)
    if held is None:
        say("another server already serves this data set")
        return
    home.forget_address()
    memory = home.memory()
    first = arguments.port
    ports = list(dict.fromkeys([memory.get("port", first), *range(first, first + PORTS)]))
    if arguments.public_url:
        ports = [first]  # where the proxy looks
    sock = listen(arguments.host, ports)
    port = sock.getsockname()[1]
    home.remember({**memory, "port": port})
    door = door_for(arguments.host, port, memory, arguments.public_url)

    index_at_start = version_of(arguments.index)
    index = read_table(arguments.index, ["source"], optional=["file"])
    images, originals, rule = arguments.images, arguments.originals, rule_in(metadata_of(index))
    journal, telling = Reviews(home.journal), no_words
    if arguments.texts:
        showing = ShownTexts(index, read_texts(arguments.texts))
        telling = Telling(showing.telling, journal.groups, journal.siblings)
    else:
        showing = Showing(index, originals, rule)
    thumbnails = Thumbnails(home.thumbnails, showing.pictures, images, originals, rule)
    results = arguments.home.resolve().parent
    waits = (lambda step: is_held(home.waiting(step))), accuracies_of(results), waits_of(results)
    desk = Desk(journal, Claims(), *waits, arguments.double, Splitter(home.made_from))
    pages = Pages(arguments.title, showing, thumbnails.version, telling, door.base)
    shelf = Shelf(journal, showing.names, Predicted(results, len(showing.names)))
    reviewing = Reviewing(shelf, pages, door, thumbnails.ready, journal.check_file, desk.waiting)
    labeling = Labeling(desk, pages, thumbnails, door, reviewing.routes())

    def check(needed: bool) -> None:
        desk.ended = not needed
        labeling.get_ready()
        if version_of(arguments.index) not in (index_at_start, None):  # it may have new files
            say("the data set was prepared again: this server ends, so that a new one starts")
            os.kill(os.getpid(), signal.SIGTERM)

    home.address = address(arguments.host, port, door.token, door.public)
    try:
        serve(labeling.app(), sock, home, Owners(home, Owner(arguments.owner)), check)
    finally:
        thumbnails.close()
        journal.close()
        held.close()


def version_of(path: Path) -> tuple[int, int] | None:
    """Return the time of modification and the inode number of a file; None if it is missing."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_ino


if __name__ == "__main__":
    run(main)
