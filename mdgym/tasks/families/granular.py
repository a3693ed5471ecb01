"""Head-on collision of two equal granular spheres: restitution and dissipated energy (tier 1).

For a linear spring and dashpot, F = kn d - m_eff g v, both are known exactly: the overlap is a damped oscillation that
ends after half a period. With Hertz's law the equation of motion is solved by numpy. Both answers follow from the
motion alone, so they are proved by a collision of stiffer spheres.
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from mdgym.script.perturb import Perturbation
from mdgym.tasks.families.collisions import CollisionPoint
from mdgym.tasks.family import Anchor, Family, Measured, Run
from mdgym.tasks.prompts import CHINESE, ENGLISH, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

# Steps in a contact: what the prompt asks for, and what gold takes.
STEPS = 500
GOLD_STEPS = 600
# Of the values. The end of a contact is met to a timestep, at any phase: 76 collisions over all points with 500 steps
# in a contact were off by 0.12 % in e and 0.26 % in the energy at most.
LIMITS = {"restitution": 0.005, "dissipated": 0.015}
ANCHOR_LIMITS = {"restitution": 0.0015, "dissipated": 0.004}
# A stiffer world, so that a contact is over sooner and no honest run ends before it. A quarter more stiffness, the
# least that is drawn, moves e by 1.8 % and the energy by 6.9 % at least, over all points.
PERTURBATIONS = (Perturbation(energy=1.5), Perturbation(energy=1.7))
# Of the values. Right scripts follow to 0.21 % and 0.44 % (456 pairs of worlds), and 0.3 of this is forgiven.
TOLERANCES = {"restitution": 0.02, "dissipated": 0.05}
# Of the value: what is reported is what the recording loses, to rounding, or to what a formula of e makes of it.
LOSS_LIMIT = 0.01

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units {units}. Two equal spheres (diameter {diameter}, density {density}) collide head-on with "
        "relative speed {speed}; no gravity, no friction, no rotation. Contact: {law}. Restitution coefficient and "
        "dissipated energy from the run; resolve the contact with {steps} timesteps or more. {stretch}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hello, I am calibrating a DEM contact model and want to see the simplest possible case: two identical grains "
        "of diameter {diameter} and density {density} that fly straight at each other and bounce once. Their relative "
        "speed before the impact is {speed}, there is no friction and no gravity, and they do not spin. The contact "
        "law: {law}. Please write a LAMMPS script (units {units}) that simulates the collision, with a timestep that "
        "puts at least {steps} steps into the contact, and measures how elastic it was. I'd like to try other "
        "stiffnesses later, so it has to measure the outcome and not use a formula. {stretch}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Two spheres of equal diameter {diameter} and mass density {density} undergo a central collision in free space "
        "at relative speed {speed}. While they overlap, the normal contact law is: {law}; tangential forces are "
        "absent. Integrate the collision with LAMMPS (units {units}, atom_style sphere), using a timestep of at most "
        "1/{steps} of the contact duration, until the spheres have separated, and determine the coefficient of normal "
        "restitution and the translational kinetic energy lost, both from the computed velocities. {stretch}\n\n"
        "{variables}",
    ),
    (
        ENGLISH,
        "Task: binary collision of granular spheres, LAMMPS, units {units}\n"
        "- particles: 2 equal spheres, diameter {diameter}, density {density}\n"
        "- impact: central, relative speed {speed}, no rotation, no gravity, no walls\n"
        "- contact: {law}; no tangential force\n"
        "- timestep: at least {steps} steps per contact\n"
        "- measure after separation; a formula is no measurement\n"
        "- {stretch}\n\n{variables}",
    ),
    (
        ENGLISH,
        "need a two particle bounce test for my granular setup, units {units}. grain size {diameter}, density "
        "{density}, both the same, closing speed {speed}, straight on. contact is a {law}. frictionless, "
        "nothing else in the box. small dt pls ({steps}+ steps while they touch). i want e and the energy loss "
        "measured in the simulation after they fly apart. {stretch}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units {units}）模拟两个相同颗粒的正碰：直径 {diameter}，密度 {density}，"
        "碰撞前相对速度 {speed}，无重力，无摩擦，无转动。接触力：{law}。"
        "接触过程至少用 {steps} 个时间步解析，碰后分离再测量。"
        "结果必须由模拟得到，不能用公式直接计算。{stretch}\n\n{variables}",
    ),
)
_STRETCH = {
    ENGLISH: "Judged is the last stretch of runs at constant settings (timestep, forces and fixes stay, velocities and "
    "positions are left alone): it must hold the whole collision, from before the contact until the spheres are apart.",
    CHINESE: "评判的是设置不变（时间步、作用力和 fix 不变，不改动速度和位置）的最后一段 run："
    "它必须包含整个碰撞，从接触之前到颗粒分离。",
}
_LAWS = {
    ENGLISH: {
        "hooke": "linear spring and dashpot, repulsion F = kn delta - m_eff gamma v, with overlap delta, v the speed "
        "of separation, reduced mass m_eff = m/2, kn = {stiffness}, gamma = {damping} (as in pair_style gran/hooke)",
        "hertz": "Hertz contact with damping, repulsion F = sqrt(delta R_eff) (kn delta - m_eff gamma v), with overlap "
        "delta, v the speed of separation, R_eff = R/2 (R the radius), reduced mass m_eff = m/2, kn = {stiffness}, "
        "gamma = {damping} (as in pair_style gran/hertz/history)",
    },
    CHINESE: {
        "hooke": "线性弹簧加阻尼，排斥力 F = kn delta - m_eff gamma v，delta 为重叠量，v 为分离速度，"
        "约化质量 m_eff = m/2，kn = {stiffness}，gamma = {damping}（即 pair_style gran/hooke 的形式）",
        "hertz": "带阻尼的 Hertz 接触，排斥力 F = sqrt(delta R_eff) (kn delta - m_eff gamma v)，delta 为重叠量，"
        "v 为分离速度，R_eff = R/2（R 为半径），约化质量 m_eff = m/2，kn = {stiffness}，gamma = {damping}"
        "（即 pair_style gran/hertz/history 的形式）",
    },
}
# By unit style: units of diameter and speed (factor to the style's own), and of density, energy, stiffness and damping.
_UNITS = {
    "si": ({"mm": 1e-3, "cm": 1e-2}, {"m/s": 1.0, "cm/s": 1e-2}, "kg/m^3", "J", ("N/m", "Pa"), ("1/s", "1/(m s)")),
    "cgs": (
        {"cm": 1.0, "mm": 0.1},
        {"cm/s": 1.0, "m/s": 100.0},
        "g/cm^3",
        "erg",
        ("dyn/cm", "dyn/cm^2"),
        ("1/s", "1/(cm s)"),
    ),
}
MEANINGS = {
    ENGLISH: {
        "restitution": "coefficient of normal restitution (relative speed after the collision over that before)",
        "dissipated": "translational kinetic energy that is lost in the collision (positive)",
    },
    CHINESE: {"restitution": "法向恢复系数（碰后与碰前相对速度之比）", "dissipated": "碰撞损失的平动动能（正值）"},
}


# Diameters of the splits do not overlap within a unit style.
POINTS = {
    "train": (
        CollisionPoint("hooke", "si", 0.002, 2500, 10000, 6200, 0.5),
        CollisionPoint("hooke", "si", 0.001, 7800, 30000, 27000, 0.3),
        CollisionPoint("hooke", "cgs", 0.3, 2.65, 2e6, 1100, 40),
        CollisionPoint("hooke", "lj", 1, 1, 200000, 250, 1.2),
        CollisionPoint("hooke", "lj", 1.2, 0.8, 100000, 91, 0.8),
        CollisionPoint("hertz", "si", 0.0015, 2500, 4e8, 5.3e8, 0.4),
        CollisionPoint("hertz", "cgs", 0.25, 1.2, 5e8, 1.2e6, 60),
        CollisionPoint("hertz", "lj", 1, 1.5, 300000, 880, 1.1),
        CollisionPoint("hertz", "si", 0.003, 1150, 2e7, 4.8e7, 0.25),
        CollisionPoint("hooke", "cgs", 0.15, 11.3, 800000, 2200, 25),
    ),
    "validation": (
        CollisionPoint("hooke", "si", 0.005, 2650, 50000, 3800, 0.6),
        CollisionPoint("hooke", "lj", 2, 1.1, 300000, 91, 1.5),
        CollisionPoint("hertz", "cgs", 0.45, 7.85, 4e9, 300000, 80),
        CollisionPoint("hertz", "lj", 2.5, 0.6, 80000, 92, 1.4),
    ),
    "test": (
        CollisionPoint("hooke", "si", 0.008, 1180, 20000, 2200, 0.7),
        CollisionPoint("hooke", "cgs", 1.2, 2.5, 3e6, 220, 90),
        CollisionPoint("hertz", "si", 0.01, 7850, 1e9, 1.3e7, 0.9),
        CollisionPoint("hertz", "lj", 4, 1.2, 100000, 38, 1.1),
        CollisionPoint("hooke", "lj", 3, 0.5, 60000, 31, 0.9),
    ),
}


def fields(point: CollisionPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    stiffness, damping = f"{point.stiffness:g}", f"{point.damping:g}"
    diameter, density, speed = f"{point.diameter:g}", f"{point.density:g}", f"{point.speed:g}"
    if point.units != "lj":
        lengths, speeds, of_density, _, of_stiffness, of_damping = _UNITS[point.units]
        hertz = point.law == "hertz"
        diameter, speed = quantity_text(point.diameter, lengths, rng), quantity_text(point.speed, speeds, rng)
        density = f"{density} {of_density}"
        stiffness, damping = f"{stiffness} {of_stiffness[hertz]}", f"{damping} {of_damping[hertz]}"
    law = _LAWS[language][point.law].format(stiffness=stiffness, damping=damping)
    return dict(
        units=point.units,
        diameter=diameter,
        density=density,
        speed=speed,
        law=law,
        steps=str(STEPS),
        stretch=_STRETCH[language],
    )


def gold(point: CollisionPoint) -> str:
    """Let both spheres fly at each other along x, and compare velocities."""
    style = "gran/hooke" if point.law == "hooke" else "gran/hertz/history"
    pair = f"pair_style      {style} {point.stiffness:g} NULL {point.damping:g} NULL 0.0 0\npair_coeff      * *"
    return f"""\
{_build(point, pair, "x")}
variable        restitution equal (vx[2]-vx[1])/{point.speed:g}
run             {round(1.4 * GOLD_STEPS)}

variable        dissipated equal v_before-ke
"""


def by_energy(point: CollisionPoint) -> str:
    """Right in another way: the newer pair style, along z, stopped by the separation; restitution from energies."""
    mode = "mass_velocity" if point.law == "hooke" else "viscoelastic"
    pair = (
        f"pair_style      granular\npair_coeff      * * {point.law} {point.stiffness:g} {point.damping:g} "
        f"tangential linear_nohistory 0.0 0.0 damping {mode}"
    )
    return f"""\
{_build(point, pair, "z")}
variable        apart equal "(vz[2]-vz[1] > 0) && (z[2]-z[1] > {point.diameter:g})"
fix             stop all halt 10 v_apart == 1 error continue
run             {4 * GOLD_STEPS}

variable        restitution equal sqrt(ke/v_before)
variable        dissipated equal v_before-ke
"""


def contract(point: CollisionPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. There is no potential energy to recompute: damped contacts have none."""
    energy = "reduced units" if point.units == "lj" else _UNITS[point.units][3]
    units = {"restitution": "dimensionless units", "dissipated": energy}
    return Contract(
        units=point.units,
        masses=(point.mass,),
        atoms=(2, 2),
        force_field=(),
        quantities=tuple(
            Quantity(
                name,
                unit,
                MEANINGS[ENGLISH][name],
                "reference",
                TOLERANCES[name] * abs(accepted[name].value),
                lost=(LOSS_LIMIT * abs(accepted[name].value), point.diameter) if name == "dissipated" else None,
            )
            for name, unit in units.items()
        ),
    )


def anchors(point: CollisionPoint, run: Run) -> dict[str, Anchor]:
    """Take the exact solution of the equation of motion."""
    source = "exp(-gamma t / 2) of the damped oscillator" if point.law == "hooke" else "Runge-Kutta by numpy"
    found = {"restitution": point.exact[0], "dissipated": point.dissipated}
    return {name: Anchor(value, ANCHOR_LIMITS[name] * value, source) for name, value in found.items()}


def references(point: CollisionPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept the exact solution, which gold meets."""
    exact = {name: runs.anchor.value for name, runs in measured.items() if runs.anchor is not None}
    return tuple(
        replace(measured[name].accept_to(name, LIMITS[name]), value=value, limit=LIMITS[name] * value)
        for name, value in exact.items()
    )


def _build(point: CollisionPoint, pair: str, axis: str) -> str:
    contact = point.exact[1]
    # a flight of 0.15 contacts, so that the gap is small and known
    place = 0.5 * (point.diameter + 0.15 * contact * point.speed)
    ones, others = (" ".join(f"{sign * place * (a == axis):.10g}" for a in "xyz") for sign in (-1, 1))
    left, right = (" ".join(f"{sign * point.speed / 2 * (a == axis):.10g}" for a in "xyz") for sign in (1, -1))
    edge = f"{-3 * point.diameter:.10g} {3 * point.diameter:.10g}"
    return f"""\
units           {point.units}
atom_style      sphere
atom_modify     map array
boundary        f f f
comm_modify     vel yes
region          box block {edge} {edge} {edge}
create_box      1 box
create_atoms    1 single {ones}
create_atoms    1 single {others}
set             group all diameter {point.diameter:g} density {point.density:g}
group           left id 1
group           right id 2
velocity        left set {left}
velocity        right set {right}

{pair}
neighbor        {0.5 * point.diameter:g} bin
timestep        {contact / GOLD_STEPS:.4g}
fix             move all nve/sphere
thermo_modify   norm no
run             0
variable        before equal $(ke)"""


FAMILY = Family(
    name="granular",
    tier=1,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (by_energy(point),),
    references=references,
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
    suites={"core": (24, 10, 12)},
)
