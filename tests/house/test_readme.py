"""The house about its front page: every command it shows exists, with the options it shows."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
BY_THE_DOOR = {"test"}
"""What the shell script answers itself."""

ASK = """
import contextlib, io, json, sys
import flows.command
answers = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["perio", *words, "--help"]
    said, code = io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            flows.command.main()
        except SystemExit as ended:
            code = ended.code or 0
    answers.append([code, said.getvalue()])
print(json.dumps(answers))
"""


def shown(page: str) -> list[list[str]]:
    """The words after `./perio` of every line in a page's sh blocks."""
    text = (HOUSE / page).read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    return [line[1:] for line in words if line[:1] == ["./perio"] and len(line) > 1]


COMMANDS = [words for words in shown("README.md") if words[0] not in BY_THE_DOOR]


@pytest.fixture(scope="module")
def answers():
    """What the command line says of each command: exit code and help."""
    asked = [[word for word in words[:2] if re.fullmatch(r"[a-z]+", word)] for words in COMMANDS]
    answer = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(asked)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def test_the_page_shows_the_two_commands_that_everybody_needs():
    first = {words[0] for words in shown("README.md")}
    assert {"demo", "test"} <= first


def test_every_command_on_the_page_exists(answers):
    unknown = [" ".join(words) for words, (code, _) in zip(COMMANDS, answers, strict=True) if code]
    assert unknown == []


def test_every_option_on_the_page_exists(answers):
    unknown = [
        f"{words[0]} {word}"
        for words, (_, text) in zip(COMMANDS, answers, strict=True)
        for word in words
        if word.startswith("--") and word not in text
    ]
    assert unknown == []
