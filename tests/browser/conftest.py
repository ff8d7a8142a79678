"""A real server, a real Chromium, and visitors with a fresh profile each."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LOCAL = re.compile(r"(http|ws)s?://(127\.0\.0\.1|localhost)[:/]|data:|blob:|file:")
MAIN = "from workbench.cli import main; main()"


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("browser") / "home"


@pytest.fixture(scope="session")
def address(home):
    """The page, served as a person serves it."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-c", MAIN, "dashboard", f"--port={port}", "--no-browser"]
    log = home.parent / "voila.log"
    env = os.environ | {"WORKBENCH_HOME": str(home)}
    with open(log, "wb") as out:
        server = subprocess.Popen(command, env=env, stdout=out, stderr=out)
    try:
        yield _answering(server, f"http://127.0.0.1:{port}/", log)
    finally:
        server.terminate()
        server.wait(20)
        subprocess.run([sys.executable, "-c", "from workbench import jobs; jobs.retire()"], env=env, check=True)


def _answering(server, url, log):
    for _ in range(300):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            urllib.request.urlopen(url.rstrip("/") + "/voila/static/", timeout=2)
        except urllib.error.HTTPError:
            return url
        except OSError:
            time.sleep(0.2)
        else:
            return url
    raise AssertionError(f"Voila does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("No Chromium is here: install Debian's package chromium, or name another one by the variable CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One person's browser: a fresh profile; what it asked for from outside, and what it complained about."""

    def __init__(self, browser, url, width=1280, height=900, locale="en-US", scheme="light"):
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, color_scheme=scheme)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("request", lambda r: None if LOCAL.match(r.url) else self.complaints.append(r.url))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.goto(url, wait_until="commit")
        self.ready()

    def ready(self):
        self.page.wait_for_selector("[data-ready=true]", state="attached", timeout=60_000)

    def region(self, name):
        return self.page.get_by_role("region", name=name, exact=True)

    def choose_digits(self):
        """Chooses the example, and waits until its baseline is there."""
        self.region("Load").get_by_role("radio", name=re.compile("digits", re.I)).first.click()
        expect(self.page.get_by_text("Nothing is loaded yet")).to_be_hidden(timeout=120_000)
        expect(self.table().get_by_text("baseline", exact=False).first).to_be_visible(timeout=60_000)

    def table(self):
        button = self.region("Frontier").get_by_role("button", name="Table", exact=True)
        if button.count() and button.get_attribute("aria-pressed") != "true":
            button.click()
        return self.region("Frontier").get_by_role("table").first

    def rows(self):
        return self.table().get_by_role("row")

    def measured(self):
        return max(self.rows().count() - 1, 0)

    def close(self):
        self.context.close()


@pytest.fixture
def visit(chromium, address):
    """Opens the page as a new visitor; at the end nobody has asked anything from outside, and nothing complained."""
    visits = []

    def open_page(**given):
        visits.append(Visit(chromium, address, **given))
        return visits[-1]

    yield open_page
    complaints = [c for v in visits for c in v.complaints]
    for one in visits:
        one.close()
    assert complaints == []
