"""A thin, strict hold on an open LAMMPS instance: commands, expansion, variables and arrays by name."""

import ctypes
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.ctypeslib import as_array

_STYLE_GLOBAL, _TYPE_SCALAR, _TYPE_ARRAY, _SIZE_ROWS = 0, 0, 2, 4
_MESSAGE_SIZE = 4096


class LammpsError(Exception):
    """LAMMPS refused a command; the text is what it said, without source positions."""


class Handle:
    """Wraps `lammps.lammps`, whose own helpers decode bytes one by one and raise bare exceptions.

    Attributes:
        lmp: The wrapped instance.
        cpu_s: CPU time spent inside LAMMPS by commands so far, seconds.
        on_step: Called by `fix external` with (step, number of local atoms, pointer to ids, pointer to positions).
    """

    def __init__(self, lmp: Any) -> None:
        self.lmp = lmp
        self.cpu_s = 0.0
        self.on_step: Callable[[int, int, Any, Any], None] | None = None
        # Made here, because a confined process may not make memory executable, which a C callback needs.
        self._callback = lmp.FIX_EXTERNAL_CALLBACK_FUNC(self._step)
        self._libc = ctypes.CDLL(None)
        self._libc.free.argtypes = [ctypes.c_void_p]
        library = ctypes.CDLL(lmp.lib._name)
        self._extract_fix = library.lammps_extract_fix
        self._extract_fix.argtypes = [ctypes.c_void_p, ctypes.c_char_p, *[ctypes.c_int] * 4]
        self._extract_fix.restype = ctypes.c_void_p

    def command(self, text: str) -> None:
        """Execute one command.

        Raises:
            LammpsError: LAMMPS says that it is wrong.
        """
        start = time.process_time()
        self.lmp.lib.lammps_command(self.lmp.lmp, text.encode())
        self.cpu_s += time.process_time() - start
        self._check()

    def expand(self, text: str) -> str:
        """Substitute `$x`, `${name}` and `$(formula)` outside quotes, exactly as LAMMPS does.

        Raises:
            LammpsError: A variable is unknown or a formula is wrong.
        """
        if "$" not in text:
            return text
        pointer = self.lmp.lib.lammps_expand(self.lmp.lmp, text.encode())
        self._check()
        try:
            return ctypes.string_at(pointer).decode("utf-8", "replace")
        finally:
            self.lmp.lib.lammps_free(pointer)

    def has(self, category: str, name: str) -> bool:
        """Whether an id of a category ("variable", "fix", ...) is defined."""
        return bool(self.lmp.lib.lammps_has_id(self.lmp.lmp, category.encode(), name.encode()))

    def variable(self, name: str) -> float | None:
        """Evaluate a variable that has one number as its value.

        Raises:
            LammpsError: It exists but cannot be evaluated now.
        """
        library, key = self.lmp.lib, name.encode()
        if not self.has("variable", name):
            return None
        kind = library.lammps_extract_variable_datatype(self.lmp.lmp, key)
        if kind == 0:
            library.lammps_extract_variable.restype = ctypes.POINTER(ctypes.c_double)
            pointer = library.lammps_extract_variable(self.lmp.lmp, key, None)
            self._check()
            if not pointer:
                return None
            value = float(pointer[0])
            library.lammps_free(pointer)
            return value
        if kind == 3:
            library.lammps_extract_variable.restype = ctypes.c_char_p
            text = library.lammps_extract_variable(self.lmp.lmp, key, None)
            self._check()
            try:
                # Python alone takes "1_000" for a number
                return float(text.decode().replace("_", "?"))
            except (AttributeError, UnicodeDecodeError, ValueError):
                return None
        return None

    def variable_names(self) -> list[str]:
        """Names of all variables."""
        buffer = ctypes.create_string_buffer(256)
        count = self.lmp.lib.lammps_id_count(self.lmp.lmp, b"variable")
        names = []
        for index in range(count):
            self.lmp.lib.lammps_id_name(self.lmp.lmp, b"variable", index, buffer, 256)
            names.append(buffer.value.decode("utf-8", "replace"))
        return names

    @property
    def step(self) -> int:
        """The current timestep."""
        return int(self.lmp.extract_global("ntimestep"))

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return int(self.lmp.lib.lammps_get_natoms(self.lmp.lmp))

    @property
    def has_box(self) -> bool:
        """Whether a simulation box exists."""
        return bool(self.lmp.lib.lammps_extract_setting(self.lmp.lmp, b"box_exist"))

    @property
    def has_ids(self) -> bool:
        """Whether atoms have ids to tell them apart."""
        ids = self.per_atom("id")
        return ids is not None and bool(np.all(ids > 0))

    @property
    def group_all_is_whole(self) -> bool:
        """Whether every atom still belongs to the group "all"."""
        mask = self.per_atom("mask")
        return mask is None or bool(np.all(mask.astype(np.int64) & 1))

    def setting(self, name: str) -> int:
        """An integer setting of the library."""
        return int(self.lmp.lib.lammps_extract_setting(self.lmp.lmp, name.encode()))

    def box(self) -> np.ndarray:
        """Lower bounds, upper bounds and tilts (xy, xz, yz), shape (3, 3)."""
        lower, upper, xy, yz, xz, _, _ = self.lmp.extract_box()
        return np.array([lower, upper, [xy, xz, yz]], dtype=np.float64)

    def cell(self) -> np.ndarray:
        """Edge vectors of the box as rows, shape (3, 3)."""
        lower, upper, (xy, xz, yz) = self.box()
        edges = np.diag(upper - lower)
        edges[1, 0], edges[2, 0], edges[2, 1] = xy, xz, yz
        return edges

    def crossings(self) -> np.ndarray:
        """How often each local atom has crossed the box along each edge, shape (n, 3)."""
        packed = self.per_atom("image")
        if packed is None:
            return np.zeros((self.setting("nlocal"), 3))
        # three numbers in one, with an offset: 10 bits for each in the usual build, 21 in one for huge systems
        bits = 10 if packed.itemsize == 4 else 21
        packed = packed.astype(np.int64)
        offset = 1 << (bits - 1)
        parts = [packed & ((1 << bits) - 1), packed >> bits & ((1 << bits) - 1), packed >> (2 * bits)]
        return np.stack([part - offset for part in parts], axis=1)

    def per_atom(self, name: str, columns: int = 1) -> np.ndarray | None:
        """Copy a per-atom array of the local atoms, shape (n,) or (n, columns); None when it does not exist."""
        pointer = self.lmp.extract_atom(name)
        if not pointer:
            return None
        count = self.setting("nlocal")
        if count == 0:
            return np.empty((0, columns) if columns > 1 else (0,), dtype=np.float64)
        if columns == 1:
            return as_array(pointer, shape=(count,)).copy()
        first = ctypes.cast(pointer[0], ctypes.POINTER(ctypes.c_double))
        return as_array(first, shape=(count, columns)).copy()

    def compute(self, compute_id: str) -> float:
        """The scalar of a compute, evaluated for the current step.

        Raises:
            LammpsError: It cannot be evaluated now.
        """
        extract = self.lmp.lib.lammps_extract_compute
        extract.restype = ctypes.POINTER(ctypes.c_double)
        pointer = extract(self.lmp.lmp, compute_id.encode(), _STYLE_GLOBAL, _TYPE_SCALAR)
        self._check()
        return float(pointer[0])

    def fix_array(self, fix_id: str, columns: int) -> np.ndarray:
        """Copy the global array of a fix, shape (rows, columns).

        Value by value, as the library hands it out: a vector-style variable would be quicker but gives stale values
        when it is defined anew in the same timestep.
        """
        size = self.lmp.lib.lammps_extract_fix
        size.restype = ctypes.POINTER(ctypes.c_int)
        key, handle = fix_id.encode(), self.lmp.lmp
        pointer = size(handle, key, _STYLE_GLOBAL, _SIZE_ROWS, 0, 0)
        self._check()
        rows = int(pointer[0]) if pointer else 0
        values = np.empty((rows, columns))
        get, free, read = self._extract_fix, self._libc.free, ctypes.c_double.from_address
        for row in range(rows):
            for column in range(columns):
                address = get(handle, key, _STYLE_GLOBAL, _TYPE_ARRAY, row, column)
                values[row, column] = read(address).value
                free(address)
        return values

    def create_atoms(self, types: np.ndarray, positions: np.ndarray) -> None:
        """Create atoms with ids from 1, types of shape (n,) and positions of shape (n, 3), all inside the box.

        Raises:
            LammpsError: Not all of them lie in the box.
        """
        count = len(types)
        try:
            made = self.lmp.create_atoms(count, list(range(1, count + 1)), types.tolist(), positions.ravel().tolist())
        except Exception as error:  # the wrapper raises nothing more special
            raise LammpsError(clean_message(str(error))) from error
        if made != count:
            raise LammpsError(f"{count - made} of {count} atoms lie nowhere in the box")

    def scatter(self, name: str, values: np.ndarray) -> None:
        """Set a per-atom array of three columns, shape (n, 3), in the order of ids.

        Raises:
            LammpsError: Atoms were lost before.
        """
        data = np.ascontiguousarray(values, dtype=np.float64)
        pointer = data.ctypes.data_as(ctypes.c_void_p)
        self.lmp.lib.lammps_scatter_atoms(self.lmp.lmp, name.encode(), 1, 3, pointer)
        self._check()

    def watch_steps(self, fix_id: str) -> None:
        """Have a `fix external` call `on_step`."""
        self.lmp.lib.lammps_set_fix_external_callback(self.lmp.lmp, fix_id.encode(), self._callback, None)

    def flush(self) -> None:
        """Write out what LAMMPS has printed."""
        self._libc.fflush(None)

    def _step(self, _caller: Any, step: int, count: int, ids: Any, positions: Any, _forces: Any) -> None:
        if self.on_step is not None:
            self.on_step(step, count, ids, positions)

    def _check(self) -> None:
        library = self.lmp.lib
        if not library.lammps_has_error(self.lmp.lmp):
            return
        buffer = ctypes.create_string_buffer(_MESSAGE_SIZE)
        library.lammps_get_last_error_message(self.lmp.lmp, buffer, _MESSAGE_SIZE)
        raise LammpsError(clean_message(buffer.value.decode("utf-8", "replace")))


def clean_message(text: str) -> str:
    """Strip LAMMPS's own source position, link and echo of the input from an error message."""
    lines = []
    for line in text.splitlines():
        if line.startswith(("Last input line", "For more information", "Last command")):
            break
        if line.strip():
            lines.append(line.strip())
    message = " ".join(lines)
    for prefix in ("ERROR on proc 0: ", "ERROR: "):
        message = message.removeprefix(prefix)
    head, bracket, tail = message.rpartition(" (")
    if bracket and (".cpp:" in tail or ".h:" in tail):
        message = head
    return message[:600]
