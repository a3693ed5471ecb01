"""Quantities: a number with a unit, a bare number, or a bare unit, compared across units.

A small table, because a general library evaluates what it is given, and answers are hostile text. SI values of
constants: CODATA 2018; the calorie is the thermochemical one, as in LAMMPS (doc/src/units.rst).
"""

import math
import re
from dataclasses import dataclass

from mdgym.questions.spelling import folded

# Exponents of metre, kilogram, second, coulomb, kelvin. A mole is a number, so that kcal/mol is an energy.
Dimension = tuple[int, int, int, int, int]
_NUMBER: Dimension = (0, 0, 0, 0, 0)
_LENGTH: Dimension = (1, 0, 0, 0, 0)
_MASS: Dimension = (0, 1, 0, 0, 0)
_TIME: Dimension = (0, 0, 1, 0, 0)
_CHARGE: Dimension = (0, 0, 0, 1, 0)
_TEMPERATURE: Dimension = (0, 0, 0, 0, 1)
_ENERGY: Dimension = (2, 1, -2, 0, 0)
_FORCE: Dimension = (1, 1, -2, 0, 0)
_PRESSURE: Dimension = (-1, 1, -2, 0, 0)
_VISCOSITY: Dimension = (-1, 1, -1, 0, 0)
_VOLTAGE: Dimension = (2, 1, -2, -1, 0)
_DIPOLE: Dimension = (1, 0, 0, 1, 0)
_MOL = 6.02214076e23
_E = 1.602176634e-19
_STATCOULOMB = 3.33564095e-10

# Names as `folded` writes them. Chinese names stand with the English ones.
_TABLE: tuple[tuple[float, Dimension, str], ...] = (
    (1.0, _LENGTH, "m meter meters metre metres 米"),
    (1e-2, _LENGTH, "cm centimeter centimeters centimetre centimetres 厘米"),
    (1e-3, _LENGTH, "mm millimeter millimeters 毫米"),
    (1e-6, _LENGTH, "µm um micrometer micrometers micrometre micrometres micron microns 微米"),
    (1e-9, _LENGTH, "nm nanometer nanometers nanometre nanometres 纳米"),
    (1e-10, _LENGTH, "å a angstrom angstroms ångström ångströms ångstrom ångstroms angström 埃"),
    (5.29177210903e-11, _LENGTH, "bohr bohrs 玻尔 波尔"),
    (1.0, _TIME, "s sec second seconds 秒"),
    (1e-6, _TIME, "µs us microsecond microseconds 微秒"),
    (1e-9, _TIME, "ns nanosecond nanoseconds 纳秒"),
    (1e-12, _TIME, "ps picosecond picoseconds psec 皮秒"),
    (1e-15, _TIME, "fs femtosecond femtoseconds fsec fmsec 飞秒"),
    (1.0, _MASS, "kg kilogram kilograms 千克 公斤"),
    (1e-3, _MASS, "g gram grams 克"),
    (1e-15, _MASS, "pg picogram picograms 皮克"),
    (1e-21, _MASS, "ag attogram attograms 阿克"),
    (1e-3 / _MOL, _MASS, "amu u dalton daltons 原子质量单位"),
    (_MOL, _NUMBER, "mol mole moles 摩尔 摩"),
    (1.0, _ENERGY, "j joule joules 焦耳 焦"),
    (1e3, _ENERGY, "kj kilojoule kilojoules 千焦"),
    (4184.0, _ENERGY, "kcal kilocalorie kilocalories 千卡 大卡"),
    (1e-7, _ENERGY, "erg ergs 尔格"),
    (_E, _ENERGY, "ev electronvolt electronvolts 电子伏特 电子伏"),
    (1e-3 * _E, _ENERGY, "mev 毫电子伏"),
    (1e6 * _E, _ENERGY, "megaelectronvolt megaelectronvolts"),
    (4.3597447222071e-18, _ENERGY, "hartree hartrees ha 哈特里"),
    (1.0, _FORCE, "n newton newtons 牛顿 牛"),
    (1e-5, _FORCE, "dyn dyne dynes 达因"),
    (1.0, _PRESSURE, "pa pascal pascals 帕斯卡 帕"),
    (1e-3, _PRESSURE, "millipascal millipascals 毫帕"),
    (1e3, _PRESSURE, "kpa kilopascal 千帕"),
    (1e6, _PRESSURE, "mpa megapascal megapascals 兆帕"),
    (1e9, _PRESSURE, "gpa gigapascal gigapascals 吉帕"),
    (1e5, _PRESSURE, "bar bars 巴"),
    (1e8, _PRESSURE, "kbar kilobar kilobars 千巴"),
    (101325.0, _PRESSURE, "atm atmosphere atmospheres 大气压 标准大气压"),
    (0.1, _PRESSURE, "barye baryes"),
    (0.1, _VISCOSITY, "poise p 泊"),
    (1e-3, _VISCOSITY, "cp centipoise 厘泊"),
    (1.0, _CHARGE, "c coulomb coulombs 库仑 库"),
    (1e-12, _CHARGE, "pc picocoulomb picocoulombs 皮库"),
    (_E, _CHARGE, "e 电子电荷 元电荷"),
    (_STATCOULOMB, _CHARGE, "statc statcoulomb statcoulombs statcoul esu"),
    (1.0, _TEMPERATURE, "k kelvin kelvins 开尔文 开"),
    (1.0, _VOLTAGE, "v volt volts 伏特 伏"),
    (299.792458, _VOLTAGE, "statv statvolt statvolts"),
    (3.33564095e-30, _DIPOLE, "debye debyes 德拜"),
    (0.01, _NUMBER, "%"),
)
_UNITS = {name: (factor, dimension) for factor, dimension, names in _TABLE for name in names.split()}
# Where a capital letter makes another unit: mPa and MPa, MeV and meV.
_CAPITALS = {"mPa": "millipascal", "MeV": "megaelectronvolt"}
_CAPITAL = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(_CAPITALS)})(?![A-Za-z])")
# The longest Chinese names first: 电子伏特 before 电子伏.
_CHINESE_NAMES = sorted((name for name in _UNITS if not name.isascii() and ord(name[0]) > 0x3000), key=len)[::-1]
_NAME = re.compile(rf"{'|'.join(_CHINESE_NAMES)}|%|[a-zåµ][a-zåöµ]*")
_POWER = r"(?:\^?(-?\d{1,2})|\^\s?\((-?\d{1,2})\))?"
_FACTOR = re.compile(rf"\s?([*/]|-(?=[a-zåµ])|per\b|每|)\s?(\(?)\s?({_NAME.pattern})\s?{_POWER}\s?(\)?)")
_VALUE = re.compile(
    r"([-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?)"
    r"(?:\s*/\s*(\d+(?:\.\d+)?)(?![\d.]))?"
    r"(?:\s*(?:\*|x)\s*10\s*(?:\^|\*\*)\s*\(?\s*([-+]?\d{1,3})\s*\)?)?"
)
_POWER_OF_TEN = re.compile(r"([-+]?)10\s*(?:\^|\*\*)\s*\(?\s*([-+]?\d{1,3})\s*\)?")
_LONGEST = 120
# A key with this many digits is a measured constant, and is met when it is right to half a percent.
_DIGITS, _TOLERANCE = 3, 0.005


@dataclass(frozen=True)
class Quantity:
    """A number, a unit, or both.

    Attributes:
        value: The number; 1 where only a unit was written.
        factor: The unit in SI; 1 without one.
        dimension: Exponents of metre, kilogram, second, coulomb, kelvin.
        united: Whether a unit was written.
        counted: Whether a number was written.
        digits: Significant digits of the number; 0 for an integer.
    """

    value: float
    factor: float
    dimension: Dimension
    united: bool
    counted: bool
    digits: int


def read_quantity(text: str) -> Quantity | None:
    """Read a number with a unit, a bare number, or a bare unit.

    Args:
        text: Such as "0.5 fs", "2 × 10^-3 ps", "kcal/(mol Å)", "飞秒".

    Returns:
        The quantity, or None where the whole text is not one.
    """
    if len(text) > _LONGEST:
        return None
    text = _CAPITAL.sub(lambda match: _CAPITALS[match.group()], text)
    text = folded(text).replace("~", " ").strip()
    value, digits, rest = _number(text)
    unit = _unit(rest)
    if unit is None or (value is None and not rest):
        return None
    factor, dimension = unit
    return Quantity(1.0 if value is None else value, factor, dimension, bool(rest), value is not None, digits)


def same_quantity(given: Quantity, key: Quantity) -> bool:
    """Whether an answer has the value of the key.

    A number with a unit, or a unit alone, is converted. A number alone is met by a number alone. A unit alone is not
    met by a number alone. Integers and keys of one or two digits must be met exactly, longer ones to 0.5 %.
    """
    if given.dimension != key.dimension or given.united != key.united:
        return False
    ours, theirs = key.value * key.factor, given.value * given.factor
    tolerance = _TOLERANCE if key.counted and key.digits >= _DIGITS else (1e-3 if key.factor != given.factor else 1e-9)
    return math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=0.0)


def _number(text: str) -> tuple[float | None, int, str]:
    """Return the number that the text begins with, its significant digits, and what follows."""
    power = _POWER_OF_TEN.match(text)
    if power:
        return float(f"{power[1]}1e{power[2]}"), 1, text[power.end() :].strip()
    match = _VALUE.match(text)
    if match is None:
        return None, 0, text
    mantissa = match[1].replace(",", "")
    value = float(mantissa) * 10.0 ** int(match[3] or 0)
    if match[2]:
        divisor = float(match[2])
        value = value / divisor if divisor else math.nan
    if not math.isfinite(value):
        return None, 0, text
    figures = re.sub(r"e.*|[-+.]", "", mantissa).strip("0" if "." not in mantissa else "").lstrip("0")
    digits = len(figures) if re.search(r"[.e]", mantissa) or match[3] else 0
    return value, digits, text[match.end() :].strip()


def _unit(text: str) -> tuple[float, Dimension] | None:
    """Read a product of units; after a slash a round bracket, or a hyphen, keeps what follows below the line."""
    factor, exponents, position = 1.0, list(_NUMBER), 0
    below, bracket = False, False
    while position < len(text):
        match = _FACTOR.match(text, position)
        if match is None:
            return None
        joint, opening, name, power, bracketed, closing = match.groups()
        if (
            (position == 0 and joint)
            or name not in _UNITS
            or (opening and bracket)
            or (closing and not (opening or bracket))
        ):
            return None
        if joint in ("/", "per", "每"):
            below = True
        elif not bracket and joint in ("*", ""):
            below = False
        size, dimension = _UNITS[name]
        exponent = int(power or bracketed or 1) * (-1 if below else 1)
        if abs(exponent) > 9:
            return None
        factor *= size**exponent
        exponents = [have + exponent * more for have, more in zip(exponents, dimension, strict=True)]
        bracket = (bracket or bool(opening)) and not closing
        position = match.end()
    if bracket or not 0.0 < factor < math.inf:
        return None
    a, b, c, d, e = exponents
    return factor, (a, b, c, d, e)
