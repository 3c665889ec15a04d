import importlib.util
import sys

import pytest

from core.errors import SetupError
from flows.bench import Kind, measure
from flows.command import main


def test_every_measurement_there_is_can_be_seen(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "--help"])
    assert not stopped.value.code
    said = capsys.readouterr().out
    assert all(kind in said for kind in Kind)


def test_a_measurement_that_lacks_a_module_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "deployments.bench.match", None)
    with pytest.raises(SetupError, match="not installed"):
        measure(Kind.MATCH, [])


def test_a_measurement_says_its_own_options(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "match", "--help"])
    assert stopped.value.code == 0
    assert "perio bench match" in capsys.readouterr().out


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if importlib.util.find_spec(f"deployments.bench.{kind}")]
)
def test_every_measurement_can_be_asked_for_json(kind, capsys):
    with pytest.raises(SystemExit):
        measure(kind, ["--help"])
    assert "--json" in capsys.readouterr().out
