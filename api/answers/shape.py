"""What a caller is answered with."""

from typing import Final, NamedTuple

JSON: Final = b"application/json"
PROBLEM: Final = b"application/problem+json"


class Answer(NamedTuple):
    """Status, body, and its media type."""

    status: int
    body: bytes
    media_type: bytes = JSON
    retry_after: int | None = None
    """Seconds, with 429 and 503."""
