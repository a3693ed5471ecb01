"""Limits of the checks that compare a number with one, for families that have none of their own.

`mdgym calibrate` measures how near right scripts of a family come to them, and writes wider ones where that is too near
(`mdgym/tasks/data/thresholds.json`; they stand in the contracts).
"""

USUAL = {
    # sd(T) / (T sqrt(2 / dof)) may differ from 1 by this much: it is 0.95 to 1.06 in right canonical runs and 0 under
    # rescaling (Cu, 256 atoms, 600 K).
    "kinetic energy width": 0.3,
    # Free motion may settle this many canonical standard deviations off the temperature of the window: 600 K to 298 K
    # in a lattice that was heated but never melted into motion is 10 of them.
    "equipartition": 5.0,
    # Free motion at the script's timestep: rms of total over rms of kinetic energy. Measured on Cu (256 atoms, 600 K):
    # 0.008, 0.022, 0.05, 0.09 at 5, 8, 12, 16 fs.
    "timestep": 0.03,
    # Drift of the total energy in free motion, in units of what is allowed (`physics_checks.DRIFT`).
    "drift": 1.0,
    # The first tenth of the window may lie this many standard errors off the other nine. Right scripts of Student's t
    # with 8 degrees of freedom pass 99.9 %.
    "equilibrated": 5.0,
}
