"""The page in a real browser: open, choose an example, run, see the point appear, publish the measured bytes."""

import hashlib
import os
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
MINUTE = 60_000

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("browser") / "home"


@pytest.fixture(scope="module")
def address(home):
    """The page, served as a person serves it."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "dashboard", f"--port={port}", "--no-browser"]
    log = home.parent / "voila.log"
    with open(log, "wb") as out:
        server = subprocess.Popen(command, env=os.environ | {"WORKBENCH_HOME": str(home)}, stdout=out, stderr=out)
    try:
        yield _answering(server, f"http://127.0.0.1:{port}/", log)
    finally:
        server.terminate()
        server.wait(20)
        env = os.environ | {"WORKBENCH_HOME": str(home)}
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


@pytest.fixture(scope="module")
def page(address):
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.fail("No Chromium is here: install Debian's package chromium, or name another one by the variable CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        yield page
        browser.close()


def test_the_main_job_by_clicks(page, home):
    expect(page.locator("[data-ready=true]")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Nothing is measured yet")).to_be_visible()

    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("needs a name")).to_be_visible()

    page.get_by_role("radio", name="digits", exact=True).check()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_enabled()
    expect(page.get_by_role("button", name="Run")).to_be_disabled()
    expect(page.locator(".wb-table tr")).to_have_count(2, timeout=4 * MINUTE)
    expect(page.get_by_role("button", name="Run")).to_be_enabled(timeout=MINUTE)
    expect(page.locator(".wb-frontier img")).to_be_visible()
    assert page.locator(".wb-frontier img").evaluate("image => image.naturalWidth") > 600

    page.get_by_placeholder("Name").fill("digits-page")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("digits-page version 1 is in the home")).to_be_visible(timeout=MINUTE)

    gallery = Path(os.environ.get("GALLERY", ROOT / "build" / "gallery"))
    gallery.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=gallery / "dashboard.png")
    _check_artifact(home)


def _check_artifact(home):
    """The published bytes are those of the candidate that the study measured."""
    code = """
import hashlib, pathlib, sys
import workbench as wb
(candidate,) = wb.Study.open("page-digits").candidates
digest = hashlib.sha256(pathlib.Path(candidate.file).read_bytes()).hexdigest()
print(digest, candidate.measures["accuracy"].file_digest)
"""
    env = os.environ | {"WORKBENCH_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    (published,) = home.glob("published/digits-page/*/model.onnx")
    digest = hashlib.sha256(published.read_bytes()).hexdigest()
    assert done.stdout.split() == [digest, digest]


def test_no_torch_in_the_visitor_s_kernel():
    code = "import sys; from workbench_widgets import Page; Page(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
