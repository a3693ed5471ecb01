"""All scripts of all families: the generic ones, and those that a family has of its own."""

from mdgym.benchmarks.scripts import (
    Scripts,
    bulk_modulus,
    cluster,
    cohesion,
    einstein,
    elastic,
    generic,
    ideal_gas,
    langevin_diffusion,
    lj_fluid,
    lj_melt,
    madelung,
    metal_npt,
    nacl,
    nve,
    pair_crystal,
    surface,
    tension,
    vacancy,
)
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.task import Task

OWN: dict[str, Scripts] = {
    "bulk_modulus": bulk_modulus.SCRIPTS,
    "cluster": cluster.SCRIPTS,
    "cohesion": cohesion.SCRIPTS,
    "einstein": einstein.SCRIPTS,
    "elastic": elastic.SCRIPTS,
    "ideal_gas": ideal_gas.SCRIPTS,
    "langevin_diffusion": langevin_diffusion.SCRIPTS,
    "lj_fluid": lj_fluid.SCRIPTS,
    "lj_melt": lj_melt.SCRIPTS,
    "madelung": madelung.SCRIPTS,
    "metal_npt": metal_npt.SCRIPTS,
    "nacl": nacl.SCRIPTS,
    "nve": nve.SCRIPTS,
    "pair_crystal": pair_crystal.SCRIPTS,
    "surface": surface.SCRIPTS,
    "tension": tension.SCRIPTS,
    "vacancy": vacancy.SCRIPTS,
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
