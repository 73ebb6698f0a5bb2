"""A simulated person, who labels through the page's own addresses as a browser would."""

import http.client
import json
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from cbal.labeling.journal import Journal
from cbal.storage.files import labels_of, read_table

CSRF = re.compile(r'<meta name="csrf" content="([0-9a-f]+)">')
FIRST = re.compile(r"<meta name=\"first\" content='(.+?)'>")
Reply = tuple[int, dict[str, str], bytes]


class Browser:
    """One tab of a browser: its cookie, the token of its session, and its name."""

    def __init__(self, address: str, page: str = "simulated-person"):
        self.address = urlsplit(address)
        self.page, self.cookie, self.csrf, self.first = page, "", "", {}

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Return status, headers and body of an answer; header names with _ for -."""
        connection = http.client.HTTPConnection(self.address.netloc, timeout=30)
        named = {"Host": self.address.netloc, "Cookie": self.cookie}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return (
                response.status,
                {k.lower(): v for k, v in response.headers.items()},
                (response.read()),
            )
        finally:
            connection.close()

    def open(self) -> str:
        """Load the page, as its address says; return its HTML."""
        query = f"?{self.address.query}" if self.address.query else ""
        status, headers, body = self.request("GET", f"/{query}")
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        if status == 303:
            status, headers, body = self.request("GET", headers["location"])
        assert status == 200, body
        self.csrf = CSRF.search(body.decode())[1]
        self.first = json.loads(FIRST.search(body.decode())[1])
        self.page = self.first.get("page", self.page)  # the question that came is this page's
        return body.decode()

    def post(self, path: str, **said) -> tuple[int, dict]:
        """Post as the page's script does; return status and JSON."""
        status, _, body = self.request(
            "POST",
            path,
            json.dumps({"page": self.page, "key": secrets.token_hex(12), **said}).encode(),
            Origin=f"http://{self.address.netloc}",
            X_CSRF_Token=self.csrf,
            Content_Type="application/json",
        )
        return status, json.loads(body)


class Expert(Browser):
    """Answers as the oracle does, from true labels and with its threshold.

    Where `parts` is a number, clusters that would be refused are split into so many.
    """

    parts: int | None = None

    def __init__(self, address: str, home: Path, truth: Path, purity: float = 0.8):
        super().__init__(address)
        self.journal = Journal(home / "journal.sqlite")
        self.truth, self.purity = labels_of(read_table(truth)), purity

    def say(self, step: int, interaction: int) -> dict:
        """Return the answer to a question."""
        labels = self.truth[self.journal.question(step, interaction).samples].tolist()
        modal = min(set(labels), key=lambda label: (-labels.count(label), label))
        if labels.count(modal) >= round(self.purity * len(labels), 9):
            return {"action": "label", "label": modal}
        return {"action": "refuse"}

    def reply(self, view: dict) -> tuple[str, dict]:
        """Return where and what the page sends to answer what it shows."""
        parts = [group["interaction"] for group in view["groups"] if not group["answered"]]
        where = {"step": view["step"], "interaction": (parts or [view["interaction"]])[0]}
        said = self.say(**where)
        refused = view["kind"] == "cluster" and said["action"] == "refuse"
        if self.parts and refused and not parts and view["size"] > 1:
            return "/split", {**where, "parts": self.parts}
        return "/answer", {**where, **said}

    def work(self, until: Callable[[], bool], limit: float = 120) -> int:
        """Answer all questions until `until()` is true; return the number of answers."""
        self.open()
        answered, deadline = 0, time.monotonic() + limit
        view = self.post("/next")[1]
        while not until():
            assert time.monotonic() < deadline, view
            if view["view"] == "question":
                path, said = self.reply(view)
                status, view = self.post(path, **said, seconds=0.5)
                assert status == 200, view
                answered += 1
            else:
                time.sleep(0.1)
                view = self.post("/next")[1]
        return answered
