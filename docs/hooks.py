"""Links to files of the repository beside `docs/` work on the pages of the repository; a site has no such files."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#\s]+)\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave the text of each link that leads out of `docs/`.

    Raises:
        FileNotFoundError: There is no such file, in the repository either.
    """
    folder = Path(page.file.abs_src_path).parent

    def plain(link: re.Match[str]) -> str:
        target = (folder / link[2]).resolve()
        if target.is_relative_to(ROOT / "docs"):
            return link[0]
        if not target.exists():
            raise FileNotFoundError(f"{page.file.src_path}: {link[2]}")
        return link[1]

    return LINK.sub(plain, markdown)
