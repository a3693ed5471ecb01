"""All scripts of all families: the generic ones, and those that a family has of its own."""

from mdgym.benchmarks.scripts import (
    Scripts,
    bulk_modulus,
    cluster,
    cohesion,
    einstein,
    elastic,
    finite_size,
    generic,
    granular,
    heat_capacity,
    ideal_gas,
    langevin_diffusion,
    lj_diffusion,
    lj_fluid,
    lj_melt,
    lj_rdf,
    madelung,
    melting,
    metal_npt,
    metal_nvt,
    nacl,
    nve,
    pair_crystal,
    polymer,
    surface,
    tension,
    tension_hot,
    thermal_conductivity,
    thermal_expansion,
    vacancy,
    viscosity,
    water,
)
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.task import Task

OWN: dict[str, Scripts] = {
    "bulk_modulus": bulk_modulus.SCRIPTS,
    "cluster": cluster.SCRIPTS,
    "cohesion": cohesion.SCRIPTS,
    "einstein": einstein.SCRIPTS,
    "elastic": elastic.SCRIPTS,
    "finite_size": finite_size.SCRIPTS,
    "granular": granular.SCRIPTS,
    "heat_capacity": heat_capacity.SCRIPTS,
    "ideal_gas": ideal_gas.SCRIPTS,
    "langevin_diffusion": langevin_diffusion.SCRIPTS,
    "lj_diffusion": lj_diffusion.SCRIPTS,
    "lj_fluid": lj_fluid.SCRIPTS,
    "lj_melt": lj_melt.SCRIPTS,
    "lj_rdf": lj_rdf.SCRIPTS,
    "madelung": madelung.SCRIPTS,
    "melting": melting.SCRIPTS,
    "metal_npt": metal_npt.SCRIPTS,
    "metal_nvt": metal_nvt.SCRIPTS,
    "nacl": nacl.SCRIPTS,
    "nve": nve.SCRIPTS,
    "pair_crystal": pair_crystal.SCRIPTS,
    "polymer": polymer.SCRIPTS,
    "surface": surface.SCRIPTS,
    "tension": tension.SCRIPTS,
    "tension_hot": tension_hot.SCRIPTS,
    "thermal_conductivity": thermal_conductivity.SCRIPTS,
    "thermal_expansion": thermal_expansion.SCRIPTS,
    "vacancy": vacancy.SCRIPTS,
    "viscosity": viscosity.SCRIPTS,
    "water": water.SCRIPTS,
}


def scripts_of(family: str) -> Scripts:
    """Return the generic scripts and those of one family; its own win where names are the same."""
    own = OWN.get(family, Scripts({}, {}, {}))
    return Scripts(
        generic.VARIANTS | own.variants,
        generic.MISTAKES | own.mistakes,
        {name: write for name, write in (generic.CHEATS | own.cheats).items() if name not in own.harmless},
        own.harmless,
    )


def written(task: Task) -> dict[str, dict[str, str]]:
    """Write all scripts for one task.

    Returns:
        "variants", "mistakes" and "cheats" to name to script; those that make no sense for the task are left out.
    """
    scripts = scripts_of(task.family)
    found = {
        "variants": {name: write(task) for name, write in scripts.variants.items()},
        "mistakes": {name: mistake.write(task) for name, mistake in scripts.mistakes.items()},
        "cheats": {name: write(task) for name, write in scripts.cheats.items()},
    }
    return {
        kind: {name: text for name, text in texts.items() if text and text != task.gold}
        for kind, texts in found.items()
    }


ALL = tuple(family.name for family in FAMILIES)
