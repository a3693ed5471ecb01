import ctypes
import fcntl
import mmap
import os
import platform
import re
import resource
import signal
import struct
import time
from pathlib import Path

import pytest

from mdgym.engine.libc import prctl, syscall
from mdgym.engine.seccomp import MACHINES, build_filter, install_filter, supported
from mdgym.engine.syscalls import AARCH64, ALLOWED, KILLED, X86_64

TABLES = {"x86_64": X86_64, "aarch64": AARCH64}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
CHECKED = {"mmap", "mprotect", "fcntl", "prlimit64", "tgkill"}
HERE = platform.machine()
ALLOW, EPERM, KILL = 0x7FFF0000, 0x00050001, 0x80000000


@pytest.fixture
def filtered(forked):
    """Run a function in a process under the filter."""
    code = build_filter()

    def run(body):
        def confined():
            install_filter(code, os.getpid())
            return body()

        return forked(confined)

    return run


def decide(code, architecture, number, arguments=(0,) * 6):
    """Run a filter as the kernel would and return its verdict."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments)
    at, loaded = 0, 0
    while True:
        operation, if_true, if_false, operand = struct.unpack_from("<HBBI", code, 8 * at)
        if operation == 0x06:
            return operand
        if operation == 0x20:
            (loaded,) = struct.unpack_from("<I", data, operand)
            at += 1
        else:
            holds = {0x15: loaded == operand, 0x35: loaded >= operand, 0x45: bool(loaded & operand)}[operation]
            at += 1 + (if_true if holds else if_false)


def test_the_kernel_takes_filters():
    assert supported()


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_gets_what_the_policy_says_of_its_name(machine):
    code = build_filter(machine)
    names = {number: name for name, number in TABLES[machine].items()}
    for number in range(600):
        name = names.get(number, "unlisted")
        if name not in CHECKED:
            expected = ALLOW if name in ALLOWED else KILL if name in KILLED else EPERM
            assert decide(code, ARCHITECTURES[machine], number) == expected, (number, name)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("foreign", [0x40000003, 0x40000028, 0xC0000015, 0xC00000F3, 0])
def test_another_architecture_is_killed_whatever_it_calls(machine, foreign):
    code = build_filter(machine)
    assert {decide(code, foreign, number) for number in range(600)} == {KILL}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("number", [0x40000000, 0x40000027, 0x400001FF, 0x7FFFFFFF, 0xFFFFFFFF])
def test_numbers_of_the_x32_range_are_killed(machine, number):
    assert decide(build_filter(machine), ARCHITECTURES[machine], number) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_an_argument_is_judged_by_the_half_that_the_kernel_reads(machine):
    code, architecture, table = build_filter(machine), ARCHITECTURES[machine], TABLES[machine]
    high = 1 << 32

    def verdict(name, *arguments):
        return decide(code, architecture, table[name], (*arguments, *(0,) * (6 - len(arguments))))

    assert verdict("mmap", 0, 4096, mmap.PROT_READ) == ALLOW
    assert verdict("mmap", 0, 4096, mmap.PROT_EXEC | high) == EPERM
    assert verdict("mprotect", 0, 4096, mmap.PROT_READ | mmap.PROT_EXEC) == EPERM
    assert verdict("fcntl", 0, fcntl.F_SETFL | high) == ALLOW
    assert verdict("fcntl", 0, fcntl.F_SETOWN | high) == EPERM
    assert verdict("prlimit64", 0, 7, 0, 1) == ALLOW
    assert verdict("prlimit64", 0, 7, high) == EPERM
    assert verdict("prlimit64", 1, 7, 0) == EPERM
    # before the process id is filled in, it is that of nobody
    assert verdict("tgkill", 1, 1, 9) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernel_headers(machine):
    if not Path(HEADERS[machine]).exists():
        pytest.skip("kernel headers are not installed")
    text = Path(HEADERS[machine]).read_text()
    header = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    header.setdefault("newfstatat", header.get("fstatat"))
    assert {name: header.get(name) for name in TABLES[machine]} == TABLES[machine]


def test_the_policy_names_each_call_once_and_no_unknown_one():
    assert not ALLOWED & KILLED
    assert not CHECKED & (ALLOWED | KILLED)
    assert X86_64.keys() | AARCH64.keys() == ALLOWED | KILLED | CHECKED


def test_a_machine_without_a_table_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'riscv64'.*x86_64 and aarch64"):
        build_filter("riscv64")


@pytest.mark.parametrize("name", sorted(KILLED & TABLES[HERE].keys()))
def test_a_dangerous_call_kills_the_process(filtered, numbers, name):
    assert filtered(lambda: syscall(numbers[name])).killed_by == "SIGSYS"


@pytest.mark.skipif(HERE != "x86_64", reason="x32 belongs to x86_64")
def test_a_real_x32_call_kills_the_process(filtered, numbers):
    assert filtered(lambda: syscall(numbers["getpid"] | 0x40000000)).killed_by == "SIGSYS"


@pytest.mark.skipif(HERE != "x86_64", reason="32-bit calls of x86")
def test_a_real_32_bit_call_kills_the_process(forked):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    getpid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    if forked(lambda: getpid() == os.getpid()).value is not True:
        pytest.skip("this kernel runs no 32-bit calls")

    def body():
        install_filter(build_filter(), os.getpid())
        return getpid()

    assert forked(body).killed_by == "SIGSYS"


REFUSED = {
    "pipe": os.pipe,
    "kill the parent": lambda: os.kill(os.getppid(), 0),
    "kill itself by kill": lambda: os.kill(os.getpid(), 0),
    "kill the group": lambda: os.killpg(0, 0),
    "pidfd": lambda: os.pidfd_open(os.getppid()),
    "ioctl": lambda: fcntl.ioctl(0, 0x5413, bytes(8)),
    "prctl": lambda: prctl(4, 1),
    "memfd_create": lambda: os.memfd_create("x"),
    "chmod": lambda: os.chmod("/nowhere", 0o777),
    "chown": lambda: os.chown("/nowhere", -1, -1),
    "utime": lambda: os.utime("/nowhere"),
    "setxattr": lambda: os.setxattr("/nowhere", "user.x", b""),
    "link": lambda: os.link("/nowhere", "/nowhere2"),
    "symlink": lambda: os.symlink("/nowhere", "/nowhere2"),
    "mkfifo": lambda: os.mkfifo("/nowhere/fifo"),
    "truncate": lambda: os.truncate("/nowhere", 0),
    "fchdir": lambda: os.fchdir(0),
    "setsid": os.setsid,
    "affinity": lambda: os.sched_setaffinity(0, {0}),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 0),
    "wait": lambda: os.waitpid(-1, os.WNOHANG),
    "timer": lambda: signal.setitimer(signal.ITIMER_REAL, 1),
    "own": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()),
    "unknown number": lambda: syscall(1000),
    "signal a thread of the parent": lambda: syscall(TABLES[HERE]["tgkill"], os.getppid(), os.getppid(), 0),
    "mapping code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_to_be_needed_fails_with_eperm(filtered, name):
    assert filtered(REFUSED[name]).value == "EPERM"


def test_limits_can_be_read_but_not_changed(filtered):
    def body():
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        except (OSError, ValueError):
            return list(limits)

    assert filtered(body).value == list(resource.getrlimit(resource.RLIMIT_NOFILE))


def test_a_page_cannot_be_made_executable_later(filtered, numbers):
    memory = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    assert filtered(lambda: syscall(numbers["mprotect"], address, 4096, mmap.PROT_READ)).value == 0
    assert filtered(lambda: syscall(numbers["mprotect"], address, 4096, mmap.PROT_EXEC)).value == "EPERM"


def test_abort_ends_the_process_as_it_does_outside(filtered):
    assert filtered(os.abort).killed_by == "SIGABRT"


def test_files_memory_clocks_and_randomness_still_work(filtered, tmp_path):
    def body():
        with open(tmp_path / "a", "w+") as file:
            file.write("x" * 100_000)
            file.truncate(10)
            copy = os.dup(file.fileno())
            os.fsync(copy)
        os.mkdir(tmp_path / "d")
        os.rename(tmp_path / "a", tmp_path / "d" / "b")
        found = [len(bytearray(50_000_000)), os.listdir(tmp_path / "d"), (tmp_path / "d" / "b").stat().st_size]
        os.unlink(tmp_path / "d" / "b")
        os.rmdir(tmp_path / "d")
        time.sleep(0.001)
        return [*found, len(os.urandom(8)), time.monotonic() > 0, os.getcwd() != ""]

    assert filtered(body).value == [50_000_000, ["b"], 10, 8, True, True]


def test_a_filter_cannot_be_taken_off_or_loosened(filtered):
    assert filtered(lambda: install_filter(struct.pack("=HBBI", 6, 0, 0, ALLOW) * 9, os.getpid())).value == "EPERM"
