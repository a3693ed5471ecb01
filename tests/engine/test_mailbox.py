import os
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.engine.mailbox import Mailbox

NONCE = b"n" * 16


@pytest.fixture
def mailbox():
    mailbox = Mailbox(4096)
    yield mailbox
    mailbox.close()


@pytest.mark.parametrize("size", [0, 1, 4096])
def test_an_answer_is_collected_with_its_nonce_only(mailbox, size):
    mailbox.deliver(NONCE, b"a" * size)
    assert mailbox.collect(NONCE) == b"a" * size
    assert mailbox.collect(b"m" * 16) is None


def test_without_an_answer_nothing_is_collected(mailbox):
    assert mailbox.collect(NONCE) is None


def test_an_answer_that_does_not_fit_is_refused_and_not_left(mailbox):
    with pytest.raises(ValueError, match="4097 bytes, more than 4096"):
        mailbox.deliver(NONCE, b"a" * 4097)
    assert mailbox.collect(NONCE) is None


def test_a_length_that_lies_is_not_believed(mailbox):
    mailbox.deliver(NONCE, b"a")
    mailbox._memory[16:24] = (2**63).to_bytes(8, "little")
    assert mailbox.collect(NONCE) is None


def test_a_child_answers_its_parent(mailbox):
    pid = os.fork()
    if pid == 0:
        mailbox.report(5, 7, 11, 13, "run 13")
        mailbox.deliver(NONCE, b"answer")
        os._exit(0)
    os.waitpid(pid, 0)
    assert mailbox.progress() == (5, 7, 11, 13, "run 13")
    assert mailbox.collect(NONCE) == b"answer"


def test_nothing_reported_reads_as_nothing(mailbox):
    assert mailbox.progress() == (0, 0, 0, 0, "")


@given(
    st.integers(0, 15),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.text(max_size=3000),
)
def test_progress_is_kept_and_its_text_cut(milestones, line, commands, steps, text):
    mailbox = Mailbox(64)
    mailbox.report(milestones, line, commands, steps, "something longer that was here before")
    mailbox.report(milestones, line, commands, steps, text)
    *numbers, kept = mailbox.progress()
    assert numbers == [milestones, line, commands, steps]
    assert kept == text.encode("utf-8", "replace")[:1024].decode("utf-8", "replace")
    assert mailbox.collect(NONCE) is None
    mailbox.close()


@given(st.binary(min_size=28, max_size=1100))
def test_damaged_progress_can_be_read(junk):
    mailbox = Mailbox(64)
    mailbox._memory[64 : 64 + len(junk)] = junk
    *_, text = mailbox.progress()
    assert len(text) <= 1024
    mailbox.close()


def test_an_empty_mailbox_costs_no_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mailboxes = [Mailbox() for _ in range(20)]
    for mailbox in mailboxes:
        mailbox.report(0, 1, 1, 1, "run")
        mailbox.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB; 5 GiB of address space
