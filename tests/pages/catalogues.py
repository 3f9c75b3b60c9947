"""The pages' texts as they stand in code and templates: `python -m tests.pages.catalogues` writes the catalogues anew.

Translations stay; new texts come in empty (in English as they are), and texts that nobody says any more go.
"""

import io
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.answers.sentences import EN, LANGUAGES
from api.pages.words import LOCALES, catalogue

ROOT: Final = Path(__file__).resolve().parents[2]
METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS: Final = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}


def extracted() -> list[str]:
    """Every text once, in order."""
    found = extract_from_dir(str(ROOT / "api" / "pages"), METHODS, OPTIONS)
    return list(dict.fromkeys(str(message) for _, _, message, _, _ in sorted(found)))


def stored(lang: str) -> Catalog:
    """A language's catalogue as it lies in the repository."""
    with catalogue(lang).open("rb") as file:
        return read_po(file, locale=LOCALES[lang])


def written(lang: str) -> bytes:
    """A language's catalogue as it should lie there."""
    before = stored(lang) if catalogue(lang).exists() else Catalog(locale=LOCALES[lang])
    made = Catalog(locale=LOCALES[lang], fuzzy=False)
    for text in extracted():
        known = before.get(text)
        made.add(text, string=(known.string if known else "") or (text if lang == EN else ""))
    out = io.BytesIO()
    write_po(out, made, width=120, omit_header=True, sort_output=False)
    head = f'msgid ""\nmsgstr ""\n"Language: {LOCALES[lang]}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return head.encode() + out.getvalue()


if __name__ == "__main__":
    for language in LANGUAGES:
        catalogue(language).parent.mkdir(parents=True, exist_ok=True)
        catalogue(language).write_bytes(written(language))
