"""More patients in the sample, asked for at the command line."""

import json

from core.lifecycle import Stage


def test_more_patients_are_drawn_loaded_and_laid_before_the_reviewer(perio, at):
    migration = at(Stage.SAMPLE_LOADED)
    folder = migration.folder
    said = perio("sample", "--more", "3", "--dir", folder, "--json", "-")
    assert said.code == 0, said.err
    result = json.loads(said.out)
    assert result["sample"]["random"] == 9
    assert result["sample"]["more"] == 3
    assert result["diff"]["loss"] == 0


def test_more_is_refused_with_the_reason_when_nothing_is_under_review(perio, at):
    said = perio("sample", "--more", "3", "--dir", at(Stage.FIELDS_READY).folder)
    assert said.code == 30
    assert "while a sample is under review" in " ".join(said.err.split())
