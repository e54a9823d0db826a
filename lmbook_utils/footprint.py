"""Energy, emissions and money of a training, from assumptions that are all stated."""

from typing import NamedTuple

from lmbook_utils._validation import require_positive


class Footprint(NamedTuple):
    """What a training takes."""

    hours: float
    """Of one device."""
    kilowatt_hours: float
    kilograms_co2: float
    price: float
    """In the currency of the price of an hour."""


def footprint(
    flops: float,
    peak: float,
    utilisation: float,
    watts: float,
    overhead: float = 1.1,
    carbon: float = 0.4,
    hourly_price: float = 2.0,
) -> Footprint:
    r"""Estimate time, energy, emissions and price of a number of operations.

    Equation: :eq:`eq-energy`

    Parameters
    ----------
    flops
        Floating-point operations, see :func:`lmbook_utils.scaling_laws.training_flops`.
    peak
        Operations a second that the device can do at most.
    utilisation
        The share of them that it does, above 0 and at most 1.
    watts
        What the device draws.
    overhead
        Energy of the whole building for each unit of the devices (PUE), from 1.
    carbon
        Kilograms of CO2 for a kilowatt-hour.
    hourly_price
        For an hour of one device.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> cost = footprint(3.6e18, peak=1e13, utilisation=0.5, watts=100, overhead=1.0)
    >>> cost.hours, cost.kilowatt_hours, cost.kilograms_co2, cost.price
    (200.0, 20.0, 8.0, 400.0)
    """
    require_positive(
        flops=flops,
        peak=peak,
        utilisation=utilisation,
        watts=watts,
        overhead=overhead,
        carbon=carbon,
        hourly_price=hourly_price,
    )
    if utilisation > 1 or overhead < 1:
        raise ValueError(
            "utilisation must be at most 1 and overhead at least 1; they were "
            f"{utilisation!r} and {overhead!r}"
        )
    hours = flops / (peak * utilisation) / 3600
    energy = hours * watts / 1000 * overhead
    return Footprint(hours, energy, energy * carbon, hours * hourly_price)
