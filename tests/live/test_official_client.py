"""Pipedrive's own Node client, unchanged, against the sandbox: it is given an address, no more."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CLIENT = "pipedrive@33"
WALK = Path(__file__).with_name("official_client.cjs")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Path:
    """A folder with the client in it."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("neither node nor npm are here to run the official client with")
    folder: Path = tmp_path_factory.mktemp("client")
    asked = [
        npm,
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(folder),
        CLIENT,
    ]
    try:
        made = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        pytest.skip("the official client did not come within five minutes")
    if made.returncode:
        pytest.skip(f"the official client can not be installed here (npm exit {made.returncode})")
    return folder


@pytest.fixture(params=["token", "oauth"])
def sandbox(request) -> Iterator[dict[str, str]]:
    """Where a sandbox is, its token, and the kind of token."""
    command = [sys.executable, "-m", "core.sandbox", "--while-stdin-open", "--auth", request.param]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        yield {"auth": request.param, **json.loads(running.stdout.readline())}
        running.stdin.close()


def test_the_official_client_works_with_only_an_address(client: Path, sandbox: dict[str, str]):
    node = shutil.which("node")
    assert node is not None
    environment = {**os.environ, "NODE_PATH": str(client / "node_modules")}
    walked = subprocess.run(
        [node, str(WALK), sandbox["base_url"], sandbox["token"], sandbox["auth"]],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert walked.returncode == 0, walked.stderr
    seen = json.loads(walked.stdout)
    assert seen["records"] == {
        "ids": [1, 2, 3],
        "name": "Anna",
        "ref": "ref-Bob",
        "added": "2019-05-01T10:00:00Z",
        "found": [2],
        "pipelines": 1,
        "stages": 5,
        "deal": "open",
    }
    assert seen["older"] == {
        "is_you": True,
        "domain": "string",
        "note": "<p>A</p>",
        "file": 6,
        "lead": "API",
        "participant": "Bob",
        "types": 6,
        "filtered": ["Bob"],
        "changed": ["first_name", "name"],
    }
    assert seen["endings"] == {
        "sum": 12,
        "twice": False,
        "missing": "ERR_NOT_FOUND",
        "left": [1, 2],
        "deal": "deleted",
    }
