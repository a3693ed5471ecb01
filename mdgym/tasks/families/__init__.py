"""The families of tasks, a file each: physical points, prompts, gold scripts, contracts, and what to measure."""

from mdgym.tasks.families import (
    bulk_modulus,
    cohesion,
    finite_size,
    ideal_gas,
    langevin_diffusion,
    lj_fluid,
    madelung,
    metal_npt,
    nve,
    pair_crystal,
    surface,
)

FAMILIES = (
    # crystals at 0 K
    cohesion.FAMILY,
    pair_crystal.FAMILY,
    madelung.FAMILY,
    bulk_modulus.FAMILY,
    surface.FAMILY,
    finite_size.FAMILY,
    # metals in motion
    nve.FAMILY,
    metal_npt.FAMILY,
    # gases, liquids and soft matter
    ideal_gas.FAMILY,
    lj_fluid.FAMILY,
    langevin_diffusion.FAMILY,
)
