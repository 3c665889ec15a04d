import importlib.util

import pytest

from core.errors import SetupError
from flows.bench import Kind, measure
from flows.command import main


def test_a_measurement_nobody_has_made_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "everything"])
    assert stopped.value.code == SetupError.exit_code
    said = capsys.readouterr().err
    assert "no measurement 'everything'" in said
    assert all(kind in said for kind in Kind)


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
