"""The families of tasks, a file each: physical points, prompts, gold scripts, contracts, and what to measure."""

from mdgym.tasks.families import (
    bulk_modulus,
    cluster,
    cohesion,
    einstein,
    elastic,
    finite_size,
    ideal_gas,
    langevin_diffusion,
    lj_fluid,
    lj_melt,
    madelung,
    metal_npt,
    metal_nvt,
    nacl,
    nve,
    pair_crystal,
    surface,
    tension,
    tension_hot,
    vacancy,
    water,
)

FAMILIES = (
    # crystals at 0 K
    cohesion.FAMILY,
    pair_crystal.FAMILY,
    cluster.FAMILY,
    madelung.FAMILY,
    nacl.FAMILY,
    bulk_modulus.FAMILY,
    elastic.FAMILY,
    tension.FAMILY,
    vacancy.FAMILY,
    surface.FAMILY,
    # metals in motion
    nve.FAMILY,
    metal_nvt.FAMILY,
    metal_npt.FAMILY,
    # gases, liquids and soft matter
    ideal_gas.FAMILY,
    einstein.FAMILY,
    langevin_diffusion.FAMILY,
    lj_fluid.FAMILY,
    lj_melt.FAMILY,
    water.FAMILY,
    # long ones
    finite_size.FAMILY,
    tension_hot.FAMILY,
)
