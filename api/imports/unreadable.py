"""UnreadableFile: the one way in which a whole file is refused, with a code, and what to do about it."""

from typing import Any

from api.imports.wording import FILE_REASONS, Language, Wording


class UnreadableFile(Exception):  # noqa: N818 - like a refusal: an answer in the domain's words
    """The file cannot be imported at all: nothing of it was read.

    `file` is the name without folders, `code` is stable, `numbers` fill the sentences.
    """

    def __init__(self, file: str, code: str, **numbers: Any) -> None:
        """Refuse `file` for the reason `code` of FILE_REASONS."""
        super().__init__(file, code, numbers)
        self.file = file
        self.code = code
        self.numbers = numbers

    @property
    def wording(self) -> Wording:
        """The sentences of this code, still without numbers."""
        return FILE_REASONS[self.code]

    def what(self, language: Language = "zh-CN") -> str:
        """What is wrong, as a sentence."""
        return self.wording.what[language].format_map(self.numbers)

    def to_do(self, language: Language = "zh-CN") -> str:
        """What the person can do now."""
        return self.wording.to_do[language].format_map(self.numbers)

    def __str__(self) -> str:
        """For logs: file, code and English sentences; a file's cells never stand in it, its headings may."""
        return f"{self.file}: {self.code}: {self.what('en')} {self.to_do('en')}"
