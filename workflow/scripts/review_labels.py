"""Serve the review of labels, at any time: beside a workflow that trains, and after its last round.

The server is the one of the labeling page. If it runs already, nothing else is started.
"""

import json
import os
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from cbal.cli import parser, run, say
from cbal.errors import InputError
from cbal.labeling.folder import OWNER
from cbal.labeling.web.lifetime import Home, Owner, hold
from cbal.labeling.web.security import REVIEW

LOOK = 0.5  # seconds between two checks
SERVER = Path(__file__).with_name("serve_labels.py")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, keep the pages running until the workflow ends."""
    cli = parser(__doc__)
    cli.add_argument(
        "--data", type=json.loads, required=True, help="JSON: name, files and folder of data sets"
    )
    cli.add_argument("--host", default="127.0.0.1")
    cli.add_argument("--port", type=int, default=8765, help="first port to try")
    cli.add_argument("--public-url", nargs="?", help="address behind a reverse proxy")
    cli.add_argument("--double", type=float, default=0, help="share that two people are asked")
    arguments = cli.parse_args(argv)

    owner, parent = os.environ.get(OWNER), os.getppid()
    workflow = Owner(int(owner)) if owner else None
    homes = {Home(Path(data["journal"])): data for data in arguments.data}
    for home, data in homes.items():
        check(home, data)
    announced: dict[Home, str] = {}
    # Ctrl-C is how a person ends it, so it is no failure.
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        for home in homes:
            home.own(owner)
            # The page counts as needed while this file is locked, also after another workflow.
            path = home.waiting(f"review-{os.getpid()}")
            held = hold(path)
            stack.callback(path.unlink, missing_ok=True)
            stack.callback(held.close)
        while os.getppid() == parent and (workflow is None or workflow.lives):
            if any(home.is_ending(owner) for home in homes):
                break
            for home, data in homes.items():
                home.ensure_server(command_of(home, data, arguments, owner))
                if announced.get(home) != home.address:
                    announced[home] = home.address
                    announce(home, data["title"])
            time.sleep(LOOK)
    say("the review has ended")


def announce(home: Home, title: str) -> None:
    """Tell people the address of the review; the log gets it without its token."""
    address, mark, token = home.address.partition("?")
    review = f"{address.rstrip('/')}{REVIEW}"
    home.announce(f"The labels of {title} can be reviewed at {review}{mark}{token} until Ctrl-C")
    say(f"the review is at {review}")


def check(home: Home, data: dict[str, Any]) -> None:
    """Check that there is something to review.

    Raises:
        InputError: nobody has labeled the data set yet, or its index is gone.
    """
    for path in (home.journal, Path(data["index"])):
        if not path.exists():
            raise InputError(
                f"{path}: no such file, so nobody labeled data set {data['title']} yet; label it "
                "first: run the same command without `review`"
            )


def command_of(
    home: Home, data: dict[str, Any], arguments: Namespace, owner: str | None
) -> list[str]:
    """Return the command that serves the page of a data set."""
    command = [str(SERVER), "--home", str(home.folder), "--index", data["index"]]
    command += ["--title", data["title"], "--host", arguments.host, "--port", str(arguments.port)]
    command += ["--public-url", arguments.public_url] if arguments.public_url else []
    command += ["--double", str(arguments.double)] if arguments.double else []
    for name in ("images", "originals", "texts"):
        command += [f"--{name}", data[name]] if data.get(name) else []
    return [*command, "--owner", *filter(None, [owner])]


if __name__ == "__main__":
    run(main)
