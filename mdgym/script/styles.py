"""Names of LAMMPS styles."""

SUFFIXES = ("gpu", "intel", "kk", "kk/device", "kk/host", "omp", "opt")
"""Suffixes that name an accelerated variant of the same style."""


def without_suffix(style: str) -> str:
    """Return the name of a style without its accelerator suffix (`lj/cut/omp` is `lj/cut`)."""
    for suffix in SUFFIXES:
        if style.endswith("/" + suffix):
            return style[: -len(suffix) - 1]
    return style
