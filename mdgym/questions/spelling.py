"""Spellings that mean the same: width, case, LaTeX, Greek letters, hyphens, punctuation.

Answers are hostile text, so every step here takes time in proportion to the length, and nothing is evaluated.
"""

import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_QUOTES = str.maketrans(dict.fromkeys("‘’“”„«»「」『』《》`´", '"') | {"×": "*", "·": "*", "⋅": "*", "∙": "*"})
# µ is both a Greek letter and a prefix; it stays one.
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_GREEK_LETTER = re.compile(f"[{''.join(_GREEK)}]")
_LATEX_ANGSTROM = re.compile(r"\\(?:AA\b|mathring\s*\{?\s*(?:\\(?:mathrm|text)\s*\{\s*)?A\s*\}?\}?|r\s*\{\s*A\s*\})")
_LATEX_SYMBOL = {r"\times": "*", r"\cdot": "*", r"\mu": "µ", r"\%": "%", r"\_": "_", r"\,": " ", r"\;": " ", r"\ ": " "}
_LATEX_SYMBOL |= dict.fromkeys((r"\(", r"\)", r"\[", r"\]"), "")
_LATEX_KNOWN = re.compile(r"\\(?:times\b|cdot\b|mu\b|[%_,; ()\[\]])")
_LATEX_WRAPPER = re.compile(r"\\(?:text|mathrm|mathbf|mathit|mathtt|texttt|textbf|operatorname|rm|left|right)\b\s*")
_BRACED_POWER = re.compile(r"\^\s*\{\s*([^{}]{1,20}?)\s*\}")
_SPACES = re.compile(r"\s+")
_LOOSE = re.compile(r"(?<=[^\W\d_])[\s-]+(?=[^\W\d_])|\s+")
_EDGE = " \t\n\"'.,;:!?。，；：！？、*"
# .5 is a half
_START = re.compile(rf"(?:(?!(?<!\.)\.\d)[{re.escape(_EDGE)}])+")
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)")
_LABEL = re.compile(r"(?<=\S)\s*(?:commands?|keywords?|命令|指令|关键字|关键词)$")


def plain(text: str) -> str:
    """Return text in one width, without LaTeX, invisible characters and typographic variants; case stays.

    Args:
        text: Any text.

    Returns:
        The text; powers are written with `^`, products with `*`, minus signs and dashes as `-`.
    """
    text = _LATEX_ANGSTROM.sub("Å", text)
    text = _LATEX_KNOWN.sub(lambda match: _LATEX_SYMBOL[match.group()], text)
    text = _LATEX_WRAPPER.sub("", text).replace("$", "")
    text = _RAISED.sub(lambda match: "^" + match.group().translate(_SUPERSCRIPTS), text)
    # before, because NFKC makes a blank of an accent; after, because it makes a dot of a letter
    text = unicodedata.normalize("NFKC", text.translate(_DASHES).translate(_QUOTES))
    text = text.translate(_DASHES).translate(_QUOTES)
    # format characters (zero width, direction) are invisible, so they must not tell two answers apart
    text = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cf", "Cc", "Cs"))
    text = _BRACED_POWER.sub(r"^\1", text)
    return text.replace("{", "").replace("}", "")


def folded(text: str) -> str:
    """Return the plain text in small letters, with Greek letters by name, single spaces and nothing around it."""
    text = _trimmed(_SPACES.sub(" ", plain(text).replace("μ", "µ")))
    text = text.replace("\\", "").replace("µ", "\0").casefold().replace("\0", "µ")
    return _wrapped(_GREEK_LETTER.sub(lambda match: _GREEK[match.group()], text))


def key(text: str) -> str:
    """Return what two spellings of the same words have in common.

    Accents, spaces and hyphens between letters, articles before and the word "command" behind do not matter;
    underscores and slashes do, because LAMMPS knows `pair_style` and `lj/cut` only so.

    Args:
        text: The words.

    Returns:
        The key; two texts are the same words where it is equal.
    """
    text = _LABEL.sub("", _ARTICLE.sub("", folded(text)))
    decomposed = unicodedata.normalize("NFKD", text)
    text = unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))
    return _LOOSE.sub("", text)


def split_parts(content: str, count: int) -> tuple[str, ...] | None:
    """Split a text into what fills each of several blanks.

    Args:
        content: The texts, separated by line ends, semicolons, `|`, or, where none of these gives so many, commas.
        count: How many blanks there are.

    Returns:
        The texts in order, or None where no separator gives so many.
    """
    for separator in ("\n", "[;；]", r"\|", "[,，、]"):
        parts = [re.sub(r"^\s*\(?\d[).:：]\s+", "", part).strip() for part in re.split(separator, content)]
        if len(parts) == count and all(parts):
            return tuple(parts)
    return None


def _trimmed(text: str) -> str:
    start = _START.match(text)
    return text[start.end() if start else 0 :].rstrip(_EDGE)


def _wrapped(text: str) -> str:
    """Take off brackets that stand around the whole."""
    while len(text) > 2 and (text[0], text[-1]) in (("(", ")"), ("[", "]")) and not set(text[1:-1]) & set("()[]"):
        text = _trimmed(text[1:-1])
    return text
