r"""Find what an answer finally says, and refuse one that does not decide.

An answer is judged by its last statement ("Answer: B", "The answer is (B).", "答案：B", "\boxed{B}"), or without any
by its last line when that is an option. Lines of statements that follow one another must agree.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from mdgym.questions.question import BLANK, CHOICES, SINGLE, Question
from mdgym.questions.spelling import key, plain, split_parts

# Statements stand at the end of an answer; what comes before this many characters is not read.
_LONGEST = 20_000
_LONGEST_STATEMENT = 1_000
_LONGEST_BLANK = 400
_THOUGHTS = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_OPEN_THOUGHT = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\s?\{((?:[^{}]|\{[^{}]*\}){0,200})\}")
_TAGGED = re.compile(r"<answer>\s*([^<>]{1,400}?)\s*</answer>", re.IGNORECASE)
# Tokens that end an answer of some models.
_TOKENS = re.compile(r"<\|[^|<>\s]{1,40}\|>|</s>")
# Bold and code marks may stand around any part of a statement; 10**-3 is a power.
_MARKS = re.compile(r"(?<!\d)\*{2,3}|\*{2,3}(?!\s?[-+(\d])|`+|^\s*#+", re.MULTILINE)
# "Answer:" is a statement whatever follows; "the answer is" only when an option or a value does.
_STATEMENT = re.compile(
    r"(?P<certain>【答案】\s?:?\s?"
    r"|(?:\banswers?|\b(?:correct|right|final) (?:options?|choices?|letters?)|答案|正确选项)\"?"
    r"(?: (?:is|are)|是|为)?\s?:\s?)"
    r"|(?:\banswers?|\b(?:correct|right) (?:options?|choices?|letters?|ones?)) (?:is|are)\b\s?"
    r"|(?:答案|正确选项|正确的选项|正确的|选择)\s?(?:应该|应当|应)?(?:是|为)\s?|答案\s?(?=\(?[A-Z](?![a-z]))"
    r"|(?:^|故|因此|所以|应该|应|我)选(?!项)择?\s?",
    re.IGNORECASE,
)
# What may stand between "Final answer:" and "The final answer is".
_FILLER = re.compile(r"(?:\b(?:the|my|our|final|correct|right|so|thus|therefore)\b|正确|[\s,])*", re.IGNORECASE)
_OPTION_WORD = re.compile(r"^(?:(?:options?|choices?|letters?|选项)\s?)+", re.IGNORECASE)
_LETTERS = re.compile(r"\(?[A-Z]\)?(?:(?:\s?(?:[,、;/&+和与及]|\band\b)\s?(?:and\b\s?)?|\s?)\(?[A-Z]\)?)*")
_SMALL = re.compile(r"[a-z](?:\s?[,、;]\s?[a-z])*")
_CAPITAL = re.compile("[A-Z]")
_LONE = re.compile(r"(?<![A-Za-z0-9_])[A-Z](?![A-Za-z0-9_])")
# A letter with the text of its option, or with a reason.
_ITEM = re.compile(r"\(?([A-Z])\)?\s?(?:[).:、,-]+|(?=\()|(?=because\b|since\b|因为))\s?(.*)")
_WITH_TEXT = re.compile(r"\b([A-Z])\)?\s?\(([^()]{1,200})\)")
_END = re.compile(r"[.。!！;；](?:\s|$)|[。！；]")
_EDGE = " \t\n\"'()[]<>.,;:!?。，；：！？、"
_MARK_OF_ITEM = re.compile(r"(?:^|(?<=\s))\(?([A-Z])[).:、]\s?")

# The letters that a statement consists of; None when it says something else.
_Letters = tuple[str, ...] | None


@dataclass(frozen=True)
class Extraction:
    """What an answer says.

    Attributes:
        parts: The letters of a choice in alphabetical order, or the text for each blank; empty when it says nothing
            that counts.
        problem: Why it does not count, as a sentence for the policy; empty when it does.
    """

    parts: tuple[str, ...]
    problem: str = ""


_NOTHING = Extraction((), "No answer was found. End with a line of its own, such as `Answer: …`.")
_SEVERAL = Extraction((), "The answer says different things. Decide for one.")
_NOT_LETTERS = Extraction((), "The answer must be letters of the options and nothing else.")
_ONE_LETTER = Extraction((), "The answer must be exactly one letter.")


def extract_answer(question: Question, answer: str) -> Extraction:
    """Read the final statement of an answer.

    Args:
        question: What was asked; of choices the letters and texts of the options are used, never the key.
        answer: Any text.

    Returns:
        The letters or the texts for the blanks. For an open question, the answer without thoughts.
    """
    text = without_thoughts(answer)
    if question.type in CHOICES:
        return _choice(question, text)
    if question.type == BLANK:
        return _blanks(question, text)
    return Extraction((text.strip(),)) if text.strip() else _NOTHING


def without_thoughts(answer: str) -> str:
    """Return what follows the last `</think>`, up to a `<think>` that never closes."""
    text = _THOUGHTS.split(answer)[-1]
    return _OPEN_THOUGHT.split(text)[0]


def _choice(question: Question, text: str) -> Extraction:
    lines = _lines(text)
    options = {letter: key(option) for letter, option in question.options.items()}
    bare: dict[int, set[_Letters]] = {n: {found} for n, line in enumerate(lines) if (found := _bare(line, options))}
    stated: dict[int, set[_Letters]] = {}
    for number, content, certain in _statements(lines):
        letters = _letters(content, options)
        if not content:
            # options may be listed below, each in a line of its own
            below = list(takewhile(bare.__contains__, range(number + 1, len(lines))))
            items = lines[number + 1 : number + 1 + max(1, len(below))]
            letters = _letters(" ".join(item.strip(" -") for item in items), options)
            bare = {at: found for at, found in bare.items() if at not in below or not letters}
        if certain or letters or _LONE.search(content):
            stated.setdefault(number, set()).add(letters)
    if stated:
        # a bare letter at the very end must agree
        said = _together(stated, bare) | bare.get(len(lines) - 1, set())
    elif lines and len(lines) - 1 in bare:
        said = set().union(*bare.values())
    else:
        return _NOTHING
    if len(said) > 1:
        return _SEVERAL
    (letters,) = said
    if not letters:
        return _NOT_LETTERS
    if question.type == SINGLE and len(letters) > 1:
        return _ONE_LETTER
    return Extraction(letters)


def _together(stated: Mapping[int, set[_Letters]], bare: Mapping[int, set[_Letters]]) -> set[_Letters]:
    """Return all that is said by the last statement, those in the lines right before it, and bare options behind it."""
    start = end = max(stated)
    while start - 1 in stated:
        start -= 1
    while end + 1 in bare:
        end += 1
    return set().union(*(stated.get(number) or bare[number] for number in range(start, end + 1)))


def _letters(content: str, options: Mapping[str, str]) -> _Letters:
    content = _OPTION_WORD.sub("", content[:_LONGEST_STATEMENT].strip())
    # "A (first option), C (third option)"
    content = _WITH_TEXT.sub(lambda item: item[1] if options.get(item[1]) == key(item[2]) else item[0], content)
    listed = _listed(content, options)
    if listed:
        return listed
    head, tail = _sentence(content)
    found = _only_letters(content, options)
    if found:
        return found
    found = _only_letters(head, options)
    if found:
        return None if _others(tail, found, options) else found
    item = _ITEM.fullmatch(content)
    if item and item[1] in options:
        # a reason may follow the letter
        return None if _others(item[2], (item[1],), options) else (item[1],)
    named = [letter for letter, option in options.items() if option and option == key(content)]
    return (named[0],) if len(named) == 1 else None


def _only_letters(text: str, options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the letters of a text that is nothing but different letters of options; else an empty tuple."""
    text = text.strip(_EDGE)
    if _SMALL.fullmatch(text):
        text = text.upper()
    if not _LETTERS.fullmatch(text):
        return ()
    found = _CAPITAL.findall(text)
    return tuple(sorted(found)) if set(found) <= set(options) and len(set(found)) == len(found) else ()


def _listed(content: str, options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the letters of "A. first option, C. third option", each with the text of its option."""
    marks = list(_MARK_OF_ITEM.finditer(content))
    if not marks or content[: marks[0].start()].strip(_EDGE):
        return ()
    ends = [mark.start() for mark in marks[1:]] + [len(content)]
    letters = []
    for mark, end in zip(marks, ends, strict=True):
        text = re.sub(r"\s(?:and|和|与)\s*$", "", content[mark.end() : end]).strip(_EDGE)
        if options.get(mark[1]) != key(text):
            return ()
        letters.append(mark[1])
    return tuple(sorted(letters)) if len(set(letters)) == len(letters) else ()


def _others(text: str, letters: tuple[str, ...], options: Mapping[str, str]) -> bool:
    """Whether another option is named behind the letters, by letter or by text: that is a hedge."""
    words = key(text)
    if words in (options[letter] for letter in letters):
        return False
    return words in options.values() or any(o in options and o not in letters for o in _LONE.findall(text))


def _sentence(content: str) -> tuple[str, str]:
    """Split the content of a statement behind its first sentence."""
    match = _END.search(content)
    return (content[: match.start()], content[match.end() :]) if match else (content, "")


def _bare(line: str, options: Mapping[str, str]) -> _Letters:
    """Return the letters of a line that is nothing but letters, or one letter with the text of its option."""
    line = line.strip(" -")
    item = _ITEM.fullmatch(line)
    if item and item[1] in options and options[item[1]] == key(item[2]):
        return (item[1],)
    return _only_letters(line, options) or None


def _blanks(question: Question, text: str) -> Extraction:
    lines = _lines(text)
    stated: dict[int, list[str]] = {}
    likely: dict[int, list[str]] = {}
    for number, content, certain in _statements(lines):
        content = content or "\n".join(lines[number + 1 : number + 1 + question.gaps])
        (stated if certain else likely).setdefault(number, []).append(content)
    stated = stated or likely
    if stated:
        start = max(stated)
        while start - 1 in stated:
            start -= 1
        contents = [content for number, said in stated.items() if number >= start for content in said]
        if len({key(content) for content in contents}) > 1:
            return _SEVERAL
        content = contents[-1].strip()
    else:
        content = "\n".join(lines) if len(lines) in (1, question.gaps) else ""
    if not content or len(content) > _LONGEST_BLANK:
        return _NOTHING
    if question.gaps == 1:
        return Extraction((content,))
    parts = split_parts(content, question.gaps)
    if parts is None:
        return Extraction((), f"There are {question.gaps} blanks. Separate what fills them by semicolons.")
    return Extraction(parts)


def _lines(text: str) -> list[str]:
    """Return the lines of plain text that are not empty, each with single spaces."""
    text = text[-_LONGEST:].replace("\r\n", "\n").replace("\r", "\n")
    for form in (_BOXED, _TAGGED):
        text = form.sub(lambda match: f"\nAnswer: {match[1]}\n", text)
    text = _MARKS.sub("", _TOKENS.sub("", text))
    return [line for line in (" ".join(line.split()) for line in plain(text).split("\n")) if line]


def _statements(lines: Sequence[str]) -> list[tuple[int, str, bool]]:
    """Return line and content of each statement, and whether it is one whatever it says."""
    statements = []
    for number, line in enumerate(lines):
        found = list(_STATEMENT.finditer(line))
        ends = [*(match.start() for match in found[1:]), len(line)][: len(found)]
        for match, end in zip(found, ends, strict=True):
            content = line[match.end() : end].strip()
            # "Answer:" may introduce a statement
            before_another = end < len(line) and _FILLER.fullmatch(content)
            below = not content and any(map(_STATEMENT.match, lines[number + 1 : number + 2]))
            if not before_another and not below:
                statements.append((number, content, match["certain"] is not None))
    return statements
