"""Head-on collisions of two equal spheres with damped contacts, solved without LAMMPS.

Meaning of the numbers: LAMMPS documentation of `pair_style gran/hooke` and `gran/hertz/history`.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from mdgym.errors import TaskError

LAWS = ("hooke", "hertz")
UNITS = ("si", "cgs", "lj")
# Of more elastic spheres e hardly moves with the stiffness; of less elastic ones the end of a contact is met less well
# (e = 0.39 is off by up to 0.16 % with 800 steps in a contact).
RESTITUTION = (0.6, 0.85)


@dataclass(frozen=True)
class CollisionPoint:
    """Two equal spheres, in the units of a LAMMPS unit style.

    Attributes:
        law: "hooke" (stiffness is a force per length) or "hertz" (a force per area).
        units: "si", "cgs" or "lj".
        diameter: Of both spheres.
        density: Mass per volume.
        stiffness: kn.
        damping: gamma_n.
        speed: Relative speed before the collision.
    """

    law: str
    units: str
    diameter: float
    density: float
    stiffness: float
    damping: float
    speed: float

    def __post_init__(self) -> None:
        if self.law not in LAWS or self.units not in UNITS:
            raise TaskError(f"law '{self.law}' must be hooke or hertz, and units '{self.units}' si, cgs or lj")
        for name in ("diameter", "density", "stiffness", "damping", "speed"):
            if not getattr(self, name) > 0:
                raise TaskError(f"{self.label}: {name} {getattr(self, name)!r} must be positive")
        low, high = RESTITUTION
        if not low <= self.exact[0] <= high:
            raise TaskError(f"{self.label}: damping {self.damping!r} gives a restitution of {self.exact[0]:.3g}")
        # spheres that overlap by more are no longer spheres
        if self.exact[2] > 0.05 * self.diameter:
            raise TaskError(f"{self.label}: speed {self.speed!r} gives an overlap of {self.exact[2]:.3g}")

    @property
    def label(self) -> str:
        """Name of the point."""
        numbers = (self.diameter, self.density, self.stiffness, self.damping, self.speed)
        return f"{self.law}-{self.units}-{'-'.join(f'{number:g}' for number in numbers)}"

    @property
    def mass(self) -> float:
        """Mass of a sphere."""
        return self.density * math.pi / 6 * self.diameter**3

    @property
    def exact(self) -> tuple[float, float, float]:
        """Restitution, duration of the contact, and largest overlap (for hooke an upper bound)."""
        return linear(self) if self.law == "hooke" else solved(self)

    @property
    def dissipated(self) -> float:
        """Kinetic energy that is lost."""
        return 0.25 * self.mass * self.speed**2 * (1 - self.exact[0] ** 2)


def linear(point: CollisionPoint) -> tuple[float, float, float]:
    """Solve the collision by linear spring and dashpot exactly; see `CollisionPoint.exact`."""
    square = 2 * point.stiffness / point.mass
    # from d'' + gamma d' + kn / m_eff d = 0
    frequency = math.sqrt(max(square - point.damping**2 / 4, 1e-12 * square))
    duration = math.pi / frequency
    return math.exp(-point.damping * duration / 2), duration, point.speed / math.sqrt(square)


@lru_cache(maxsize=64)
def solved(point: CollisionPoint, steps: int = 2000) -> tuple[float, float, float]:
    """Solve the collision by Hertz's law with Runge-Kutta; see `CollisionPoint.exact`."""
    mass, radius = point.mass / 2, point.diameter / 4

    def pull(overlap: float, speed: float) -> float:
        """Acceleration of the overlap."""
        root = math.sqrt(radius * max(overlap, 0.0))
        return -root * (point.stiffness / mass * overlap + point.damping * speed)

    # Without damping all kinetic energy goes into the spring, 2/5 kn sqrt(radius) d^(5/2), and the contact lasts for
    # 2.94 d / speed (Hertz 1881).
    deepest = (1.25 * mass * point.speed**2 / (point.stiffness * math.sqrt(radius))) ** 0.4
    step = 2.94 * deepest / point.speed / steps
    x, v, most, time = 0.0, point.speed, 0.0, 0.0
    while True:
        a1, v1 = pull(x, v), v
        v2 = v + 0.5 * step * a1
        a2 = pull(x + 0.5 * step * v1, v2)
        v3 = v + 0.5 * step * a2
        a3 = pull(x + 0.5 * step * v2, v3)
        v4 = v + step * a3
        a4 = pull(x + step * v3, v4)
        overlap = x + step / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        speed = v + step / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        if overlap <= 0:
            part = x / (x - overlap)
            return -(v + part * (speed - v)) / point.speed, time + part * step, most
        x, v, most, time = overlap, speed, max(most, overlap), time + step
