from core.matching.model import Calibration, Model
from deployments.bench.fit import rounded


def test_no_spread_of_a_feature_is_written_as_nothing():
    curve = Calibration({"rare": 0.0}, {"rare": 1.0e-6}, {"rare": 123.456789}, -0.5)
    kept = rounded(Model({"name": 1.0}, {"name": 1.0}, {"name": 1.0}, curve, curve))
    assert kept["sure"] == {
        "middle": {"rare": 0.0},
        "spread": {"rare": 1.0e-6},
        "weights": {"rare": 123.46},
        "constant": -0.5,
    }
