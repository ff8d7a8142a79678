"""A real server, a real Chromium, and visitors with a fresh profile each."""

import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright
from visiting import Server, Visit, surroundings

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
DASHBOARD = [sys.executable, "-c", "from workbench.cli import main; main()", "dashboard", "--no-browser"]
BESIDE = """
import workbench as wb

task = wb.tasks.load("digits")
model = wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=2, seed=0)
wb.Study.open("beside", task=task, model=model)
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Where all visitors of the tests work."""
    place = tmp_path_factory.mktemp("browser") / "home"
    yield place
    retire = "from workbench import jobs; jobs.retire()"
    subprocess.run([sys.executable, "-c", retire], env=surroundings(place), check=True)


@pytest.fixture(scope="session")
def dashboard(home, beginning):
    """The page as a person starts it, on the home of the tests."""
    server = Server(DASHBOARD, home, "voila/static/")
    yield server
    server.stop()


@pytest.fixture
def address(dashboard):
    """The page that most tests visit."""
    return dashboard.url


@pytest.fixture(scope="session")
def beginning(home):
    """A study that is being made while servers and browser start."""
    process = subprocess.Popen([sys.executable, "-c", BESIDE], env=surroundings(home))
    yield process
    process.kill()
    process.wait(20)


@pytest.fixture(scope="session")
def beside(beginning):
    """The name of a study of a small network that is quickly trained, beside the examples' ones."""
    assert beginning.wait(120) == 0
    return "beside"


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("No Chromium is here: install Debian's package chromium, or name another one by the variable CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium):
    """Opens pages as visitors; at the end nobody has asked anything from outside."""
    made = []

    def open_page(url, **given):
        made.append(Visit(chromium, url, **given))
        return made[-1]

    open_page.made = made
    yield open_page
    outside = [url for v in made for url in v.outside]
    for one in made:
        one.close()
    assert outside == []


@pytest.fixture
def visit(visits, address):
    """Opens the dashboard as a new visitor; at the end nothing has complained."""
    yield lambda **given: visits(address, **given).ready()
    assert [c for v in visits.made for c in v.complaints] == []
