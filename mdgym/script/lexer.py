"""LAMMPS input text as logical commands and words, exactly as `Input::file`, `parse` and `nextword` read it.

Source: src/input.cpp of LAMMPS 22Jul2025, and runs of that version. Its surprising rules are kept: `&` joins lines
even in a comment, three double quotes anywhere keep a line open, blank lines in triple quotes vanish, and a `&` on
the last line stays a word. Everything here is linear in its input and does not recurse.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mdgym.errors import MdgymError

SPACE = " \t\n\v\f\r"
"""What LAMMPS takes for white space (C locale); `str.strip()` alone would take more."""

_TRIPLE = '"""'
_SPACE_RUN = re.compile(r"[ \t\n\v\f\r]+")
_QUOTE = re.compile("['\"]")
_QUOTE_OR_COMMENT = re.compile("[#'\"]")
_PLAIN_WORD = re.compile(r"[^ \t\n\v\f\r#$&'\"]+")
_QUOTE_NAMES = {"'": "single", '"': "double", _TRIPLE: "triple"}

# utils::utf8_subst: what LAMMPS knows, measured over the BMP. It drops the first byte of any other character; we
# write "?", which is as wrong in a name or a number and is still text.
_ASCII_FOR = {
    **dict.fromkeys([0xA0, *range(0x2000, 0x200C), 0x202F, 0x2060, 0x2063, 0xFEFF], " "),
    **dict.fromkeys([0x2D6, 0x2064], "+"),
    **dict.fromkeys([0x2D7, 0x2212], "-"),
    **dict.fromkeys([0x2018, 0x2019], "'"),
    **dict.fromkeys([0x201C, 0x201D], '"'),
}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class ScriptSyntaxError(MdgymError, ValueError):
    """LAMMPS could not take this text apart; the message is the one LAMMPS prints."""


@dataclass(frozen=True)
class Command:
    """One logical command.

    Attributes:
        text: The command, comment stripped, continued lines joined, ASCII, without outer white space.
        line: Number of its first physical line, from 1.
        file: Name of the file that it stands in; empty for the script itself.
    """

    text: str
    line: int
    file: str = ""


def read_script(text: str, file: str = "") -> tuple[Command, ...]:
    """Split a script into its logical commands.

    Quotes that do not close are kept as they are: LAMMPS stops at that command when it comes to it, not before.

    Args:
        text: The script.
        file: Name that the commands carry.

    Returns:
        The commands in order; blank lines and comments are left out.

    Raises:
        ScriptSyntaxError: The text contains a NUL character, which LAMMPS reads as the end of a string.
    """
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ScriptSyntaxError(f"NUL character in line {line}")
    commands = []
    for number, raw in _logical_lines(text):
        cleaned = clean(raw)
        if cleaned:
            commands.append(Command(cleaned, number, file))
    return tuple(commands)


def clean(text: str) -> str:
    """Strip comment and outer white space from one command, and replace non-ASCII characters as LAMMPS does.

    This is what happens to a command that stands inside another one (`if`, `run every`).
    """
    end, open_quote = _scan(text, _QUOTE_OR_COMMENT)
    text = text[:end]
    if not text.isascii():
        # A curly quote must not close a straight one: LAMMPS has found the open quote before it replaces any.
        text = _NOT_ASCII.sub("?", text.translate(_ASCII_FOR) if not open_quote else text)
    return text.strip(SPACE)


def split_words(text: str) -> tuple[str, ...]:
    """Split one command into words; a `#` here is no comment, for it may come from an expanded variable.

    Args:
        text: A command, comment stripped, variables expanded or not.

    Returns:
        The words, outer quotes removed.

    Raises:
        ScriptSyntaxError: A word opens a quote that never closes, or text follows a closing quote.
    """
    words = []
    position, length = 0, len(text)
    while position < length:
        if text[position] in SPACE:
            run = _SPACE_RUN.match(text, position)
            position = run.end() if run else length
            continue
        quote = _quote_at(text, position)
        if not quote:
            space = _SPACE_RUN.search(text, position)
            end = space.start() if space else length
            words.append(text[position:end])
            position = end
            continue
        end = text.find(quote, position + len(quote))
        if end < 0:
            raise ScriptSyntaxError("Unbalanced quotes in input line")
        words.append(text[position + len(quote) : end])
        position = end + len(quote)
        if position < length and text[position] not in SPACE:
            raise ScriptSyntaxError("Input line quote not followed by white-space")
    return tuple(words)


def check_quotes(text: str) -> None:
    """Raise what LAMMPS raises for the quotes in a command before it expands it (`it's` is a word, but an error).

    Args:
        text: A command, comment stripped, variables not expanded.

    Raises:
        ScriptSyntaxError: A quote, at the start of a word or inside one, never closes.
    """
    _, quote = _scan(text, _QUOTE)
    if quote:
        raise ScriptSyntaxError(f"Unmatched {_QUOTE_NAMES[quote]} quote in command")


def quote_words(words: Iterable[str]) -> str:
    """Write words as one command, so that LAMMPS reads these words and expands nothing in them.

    Args:
        words: The words of a command.

    Returns:
        The command, with `split_words(quote_words(words)) == tuple(words)`.

    Raises:
        ScriptSyntaxError: A word mixes quotes in a way that no LAMMPS command line can express, or is not ASCII.
    """
    return " ".join(map(_quote_word, words))


def _quote_word(word: str) -> str:
    if not word.isascii():
        raise ScriptSyntaxError(f"LAMMPS would change the non-ASCII characters of the word {word[:60]!r}")
    if _PLAIN_WORD.fullmatch(word):
        return word
    if '"' not in word:
        return f'"{word}"'
    if "'" not in word:
        return f"'{word}'"
    if _TRIPLE not in word and not word.endswith('"'):
        return f"{_TRIPLE}{word}{_TRIPLE}"
    if word[0] not in "'\"" and not _SPACE_RUN.search(word) and not set("#$") & set(word):
        check_quotes(word)  # quotes inside a word may stand bare when each of them closes
        return word
    raise ScriptSyntaxError(f"the word {word[:60]!r} mixes quotes in a way that LAMMPS cannot read back")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (first line number, joined text) as `Input::file` does; `buffer` is its `line`, `first` its start."""
    buffer: list[str] = []
    first, triples = 1, 0
    lines = text.split("\n")
    last = len(lines)
    for number, line in enumerate(lines, 1):
        if not buffer:
            first = number
        if _TRIPLE in line:
            triples += line.count(_TRIPLE)
        if number == last:
            buffer.append(line)
            break
        stripped = line.rstrip(SPACE)
        if buffer:
            # Characters, because blank lines after `&` eat back into what was joined before.
            buffer.extend(stripped)
            while buffer and buffer[-1] in SPACE:
                buffer.pop()
        elif not stripped.endswith("&") and not triples % 2:
            triples = 0
            if stripped:
                yield first, stripped
            continue
        else:
            buffer = list(stripped)
        if buffer and buffer[-1] == "&":
            buffer.pop()
            if buffer and number == last - 1 and not lines[-1]:
                buffer.append("&")
        elif triples % 2:
            buffer.append("\n")
        else:
            yield first, "".join(buffer)
            buffer, triples = [], 0
    yield first, "".join(buffer)


def _scan(text: str, mark: re.Pattern[str]) -> tuple[int, str]:
    """Return where the comment starts (or the length), and the quote that never closes (or an empty string)."""
    position = 0
    while found := mark.search(text, position):
        start = found.start()
        quote = _quote_at(text, start)
        if not quote:
            return start, ""
        end = text.find(quote, start + len(quote))
        if end < 0:
            return len(text), quote
        position = end + len(quote)
    return len(text), ""


def _quote_at(text: str, position: int) -> str:
    """Return the quote that opens at `position`, or an empty string."""
    if text.startswith(_TRIPLE, position):
        return _TRIPLE
    return text[position] if text[position] in "'\"" else ""
