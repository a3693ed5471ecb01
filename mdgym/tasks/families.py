"""All families of tasks."""

from mdgym.tasks import cohesion, lj_fluid, metal_npt, nve

FAMILIES = (cohesion.FAMILY, nve.FAMILY, metal_npt.FAMILY, lj_fluid.FAMILY)
