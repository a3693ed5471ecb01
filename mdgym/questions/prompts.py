"""What a policy reads: the question, its options, and how the last line must look.

The example in angle brackets is no answer, so that an echo of the prompt earns nothing.
"""

from mdgym.questions.question import BLANK, CHINESE, CHOICES, MULTIPLE, OPEN, SINGLE, Question
from mdgym.questions.rules import gold
from mdgym.tasks.task import Task

_HOW = {
    "en": {
        SINGLE: "Exactly one option is right. Write as the last line of your answer:\nAnswer: <letter>",
        MULTIPLE: "One or more options are right; name them all and no other. Write as the last line of your answer:\n"
        "Answer: <letters, separated by commas>",
        BLANK: "Fill in the blank. Write as the last line of your answer:\nAnswer: <what belongs there>",
        OPEN: "Answer in a few sentences.",
    },
    "zh": {
        SINGLE: "只有一个选项正确。回答的最后一行请写：\n答案：<字母>",
        MULTIPLE: "有一个或多个选项正确，请选出全部正确选项。回答的最后一行请写：\n答案：<字母，用逗号分隔>",
        BLANK: "请填空。回答的最后一行请写：\n答案：<填入的内容>",
        OPEN: "请用几句话回答。",
    },
}
_SEVERAL = {
    "en": "Fill in the {gaps} blanks. Write as the last line of your answer:\nAnswer: <first>; <second>; <and so on>",
    "zh": "请填写 {gaps} 个空。回答的最后一行请写：\n答案：<第一空>；<第二空>；<依此类推>",
}


def prompt(question: Question) -> str:
    """Return what a policy reads.

    Args:
        question: The question; its key is not used.

    Returns:
        The question in its own language, the options in the order of their letters, and how to answer.
    """
    language = "zh" if question.language == CHINESE else "en"
    how = _HOW[language][question.type]
    if question.type == BLANK and question.gaps > 1:
        how = _SEVERAL[language].format(gaps=question.gaps)
    parts = [question.question.strip()]
    if question.type in CHOICES:
        parts.append("\n".join(f"{letter}. {text}" for letter, text in sorted(question.options.items())))
    return "\n\n".join([*parts, how])


def as_task(question: Question) -> Task:
    """Return a question as the open task that an agent is given beside its prompt.

    Args:
        question: The question.

    Returns:
        A task with its id, prompt and family, without contract. `gold` is a right answer in the form that the prompt
        asks for, so that `mdgym.agents.GoldAgent` is the yardstick here too.
    """
    return Task(
        id=question.id,
        prompt=prompt(question),
        family=question.family,
        suite=question.suite,
        split=question.split,
        gold=gold(question),
    )
