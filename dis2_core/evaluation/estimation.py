"""Accuracies and areas out of a sample whose strata are the classes of the map, with their standard errors.

Post-stratified estimators of Olofsson et al. (2014), *Good practices for estimating area and assessing accuracy of
land change*, Remote Sensing of Environment 148, equations 1 to 11. They hold for points that were drawn at random
within each class of the map, and for points that were drawn at random from all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CONFIDENCE_95 = 1.96  # standard errors on either side

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """What a sample says of the whole map; K classes, NaN where the sample does not tell.

    Attributes:
        cells: (K, K) estimated share of the area by class of the map (row) and class on the ground (column).
        overall, overall_error: Share of the area that is right, and its standard error.
        users, users_error: (K,) of what the map gives the class, the share that is right.
        producers, producers_error: (K,) of what the class covers, the share that the map finds.
        shares, shares_error: (K,) share of the area that the class covers on the ground.
    """

    cells: Shares
    overall: float
    overall_error: float
    users: Shares
    users_error: Shares
    producers: Shares
    producers_error: Shares
    shares: Shares
    shares_error: Shares


def estimate(counts: Counts, mapped: npt.NDArray[np.int64]) -> Estimates:
    """Estimate accuracies and areas.

    Args:
        counts: (K, K) points by class of the map (row) and class on the ground (column).
        mapped: (K,) pixels of the map by class. Classes of the map without a point are left out: the estimates hold for
            the rest of it.
    """
    points = counts.sum(axis=1).astype(np.float64)
    pixels = np.where(points > 0, mapped, 0).astype(np.float64)
    weights = pixels / pixels.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(points[:, None] > 0, counts / points[:, None], 0.0)  # (K, K) shares of a row
        spread = within * (1 - within) / (points[:, None] - 1)  # (K, K) their sampling variance
        spread = np.where(weights[:, None] > 0, spread, 0.0)
        users = np.where(points > 0, np.diagonal(within), np.nan)
        users_variance = np.where(points > 0, np.diagonal(spread), np.nan)
        shares = weights @ within
        squares = weights[:, None] ** 2 * spread
        producers = np.where(shares > 0, weights * np.diagonal(within) / shares, np.nan)
        others = squares.sum(axis=0) - np.diagonal(squares)
        own = weights**2 * (1 - producers) ** 2 * np.diagonal(spread)
        producers_variance = (own + producers**2 * others) / shares**2
    return Estimates(
        cells=weights[:, None] * within,
        overall=float(weights @ np.diagonal(within)),
        overall_error=float(np.sqrt(np.diagonal(squares).sum())),
        users=users,
        users_error=np.sqrt(users_variance),
        producers=producers,
        producers_error=np.sqrt(producers_variance),
        shares=shares,
        shares_error=np.sqrt(squares.sum(axis=0)),
    )
