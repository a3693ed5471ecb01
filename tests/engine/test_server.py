"""What the server makes of the end of a script's process."""

import signal

import pytest

from mdgym.engine.protocol import pack
from mdgym.engine.server import Server

ENDS = {
    signal.SIGSYS: "forbidden",
    signal.SIGXCPU: "timeout",
    signal.SIGXFSZ: "quota",
    signal.SIGSEGV: "crash",
    signal.SIGBUS: "crash",
    signal.SIGABRT: "crash",
    signal.SIGFPE: "crash",
    signal.SIGILL: "crash",
}


@pytest.fixture(scope="module")
def judge():
    return Server.__new__(Server)._judge


@pytest.mark.parametrize("number", ENDS)
def test_a_signal_tells_whose_fault_it_is(judge, number):
    answer = judge(None, -number, None)
    assert answer["status"] == ENDS[number]
    assert answer["message"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_from_outside_is_our_own_fault(judge, number):
    assert judge(None, -number, None) == {
        "infrastructure": f"a script's process was ended from outside by {number.name}"
    }


@pytest.mark.parametrize("code", [0, 1, 4])
def test_a_process_that_ends_without_an_answer_is_not_completed(judge, code):
    assert judge(None, code, None)["status"] == "exited"


def test_an_answer_counts_however_the_process_ended(judge):
    assert judge(None, 0, pack({"execution": {"status": "completed"}})) == {"execution": {"status": "completed"}}
    assert judge(None, 3, pack({"infrastructure": "why"})) == {"infrastructure": "why"}


def test_a_limit_that_the_server_found_stands_above_an_answer(judge):
    answer = judge(("quota", "too much"), 0, pack({"execution": {"status": "completed"}}))
    assert answer == {"status": "quota", "message": "too much"}


@pytest.mark.parametrize("raw", [b"", b"junk", pack([1]), pack(None), pack("text"), pack([["a", 1, 2]])])
def test_a_damaged_answer_is_a_crash(judge, raw):
    assert judge(None, 0, raw)["status"] == "crash"
