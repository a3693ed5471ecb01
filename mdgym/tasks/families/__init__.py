"""The families of tasks, a file each: physical points, prompts, gold scripts, contracts, and what to measure."""

from mdgym.tasks.families import cohesion, lj_fluid, metal_npt, nve

FAMILIES = (cohesion.FAMILY, nve.FAMILY, metal_npt.FAMILY, lj_fluid.FAMILY)
