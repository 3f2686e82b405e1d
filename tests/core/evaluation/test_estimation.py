"""Estimates from a sample, against the worked example of Olofsson et al. (2014) and against simulation."""

import numpy as np
import pytest

from dis2_core.evaluation.estimation import CONFIDENCE_95, estimate

#: Section 5.1 there: deforestation, forest gain, stable forest, stable non-forest; pixels of 30 m.
POINTS = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
MAPPED = np.array([200_000, 150_000, 3_200_000, 6_450_000])
HECTARES = 0.09


@pytest.fixture(scope="module")
def example():
    return estimate(POINTS, MAPPED)


def test_the_estimated_matrix_of_the_paper(example):
    expected = [
        [0.0176, 0, 0.0013, 0.0011],
        [0, 0.0110, 0.0016, 0.0024],
        [0.0019, 0, 0.2967, 0.0213],
        [0.0040, 0.0020, 0.0179, 0.6212],
    ]
    assert example.cells == pytest.approx(np.array(expected), abs=5.1e-5)


def test_the_accuracies_of_the_paper(example):
    assert (example.overall, CONFIDENCE_95 * example.overall_error) == pytest.approx((0.947, 0.018), abs=6e-4)
    assert example.users == pytest.approx([0.88, 0.73, 0.93, 0.96], abs=5e-3)
    assert CONFIDENCE_95 * example.users_error == pytest.approx([0.07, 0.10, 0.04, 0.02], abs=5e-3)
    assert example.producers == pytest.approx([0.75, 0.85, 0.93, 0.96], abs=5e-3)
    assert CONFIDENCE_95 * example.producers_error == pytest.approx([0.21, 0.25, 0.03, 0.02], abs=5e-3)


def test_the_area_of_deforestation_of_the_paper(example):
    """235,086 pixels with a standard error of 34,907: 21,158 ha ± 6,158 ha."""
    area = example.shares[0] * MAPPED.sum()
    half = CONFIDENCE_95 * example.shares_error[0] * MAPPED.sum()
    assert (area, half) == pytest.approx((235_086, 68_418), abs=1)
    assert (area * HECTARES, half * HECTARES) == pytest.approx((21_158, 6_158), abs=1)


def test_shares_and_cells_belong_together(example):
    assert example.cells.sum() == pytest.approx(1)
    assert example.cells.sum(axis=0) == pytest.approx(example.shares)
    assert np.trace(example.cells) == pytest.approx(example.overall)


def test_a_perfect_map_has_no_error():
    result = estimate(np.diag([10, 20]), np.array([300, 700]))
    assert (result.overall, result.overall_error) == (1, 0)
    assert result.shares == pytest.approx([0.3, 0.7])


def test_classes_without_points_are_left_out_and_one_point_tells_no_error():
    result = estimate(np.array([[5, 5, 0], [0, 0, 0], [0, 0, 1]]), np.array([50, 900, 50]))
    assert result.overall == pytest.approx(0.75)
    assert np.isnan(result.users[1]) and np.isnan(result.overall_error)
    assert result.producers[1] == 0  # on the ground, and never mapped


def test_repeated_samples_scatter_as_the_standard_errors_say():
    """The simulated truth is known: estimates are unbiased and their spread is what each sample claims, to 10 %."""
    rng = np.random.default_rng(0)
    truth = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.05, 0.05, 0.9]])
    mapped = np.array([100_000, 300_000, 600_000])
    results = [estimate(np.array([rng.multinomial(80, row) for row in truth]), mapped) for _ in range(1500)]
    cells = mapped[:, None] / mapped.sum() * truth
    for name, expected in {
        "overall": np.trace(cells),
        "shares": cells.sum(axis=0),
        "producers": np.diagonal(cells) / cells.sum(axis=0),
    }.items():
        values = np.array([getattr(result, name) for result in results])
        errors = np.array([getattr(result, f"{name}_error") for result in results])
        assert values.mean(axis=0) == pytest.approx(expected, abs=0.01)
        assert np.sqrt((errors**2).mean(axis=0)) == pytest.approx(values.std(axis=0), rel=0.1)
