"""Figures by matplotlib, which need not be installed."""

from typing import Any

from mdgym.errors import MdgymError


def figure(width: float, height: float) -> Any:
    """Return an empty `matplotlib.figure.Figure`; the same numbers drawn in it give the same SVG file.

    Args:
        width: In inches.
        height: In inches.

    Raises:
        MdgymError: matplotlib is not installed.
    """
    try:
        from matplotlib import rcParams
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MdgymError("the plot needs matplotlib: pip install 'mdgym[plots]'") from error
    rcParams["svg.hashsalt"] = "mdgym"
    return Figure(figsize=(width, height))
