"""Generated practices as records, for all who only look at them.

Rule of the house: made once; a test that changes rows makes its own practice.
"""

from collections.abc import Iterator

import polars as pl
import pytest

from tests.core.crosswalk.practices import Told, told
from tests.core.records.entities import Whole, whole


@pytest.fixture(scope="session", params=[1, 5])
def practice(request, tmp_path_factory) -> Iterator[Told]:
    made = told(tmp_path_factory.mktemp("told"), 60, request.param)
    yield made
    made.source.close()


@pytest.fixture(scope="session")
def records(practice) -> Whole:
    entities = dict(practice.conformed().entities)
    keys = [None, *entities["provider"]["provider_key"]]
    owners = pl.DataFrame({"provider_key": keys, "owner": [str(n) for n in range(len(keys))]})
    return whole(entities, owners=owners)
