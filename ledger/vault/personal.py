"""What is known about a person, and the commitments by which a fact can be proved to speak of it."""

import hmac
from collections.abc import Callable, Mapping
from hashlib import sha256

import msgspec

NONCE_BYTES = 32
FIELDS = ("name", "phone", "id_number", "reference", "notes")
"""The fields of PersonalData, by the names that stand in a fact's `pd`."""


class PersonalData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's data in the clear. Lives in memory only; its repr shows no value, so that no log does."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    reference: str | None = None
    """The number by which the caller knows this person."""
    notes: str | None = None

    def given(self) -> dict[str, str]:
        """The fields that have a value."""
        return {field: value for field in FIELDS if (value := getattr(self, field)) is not None}

    def __repr__(self) -> str:
        """Names of the fields, never their values."""
        return f"PersonalData({', '.join(self.given())})"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A person as sealed: the data of today, and per field every nonce it was ever committed with, newest last.

    An old nonce without its old value proves nothing; with the value from elsewhere it still opens an old fact.
    """

    data: PersonalData
    nonces: dict[str, list[bytes]]

    def sealed_form(self) -> bytes:
        """The bytes that are encrypted."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def read(cls, plaintext: bytes) -> "Record":
        """The record from its bytes."""
        return msgspec.msgpack.decode(plaintext, type=cls)

    def changed(self, values: Mapping[str, str | None], random: Callable[[int], bytes]) -> "Record":
        """With other values, each that is not removed under a new nonce."""
        nonces = dict(self.nonces)
        for field, value in values.items():
            if value is not None:
                nonces[field] = [*nonces.get(field, []), random(NONCE_BYTES)]
        return Record(data=msgspec.structs.replace(self.data, **values), nonces=nonces)

    def commitments(self, fields: Mapping[str, object]) -> dict[str, str]:
        """The newest commitment of each named field that has a value, in hexadecimal, for a fact's `pd`."""
        given = self.data.given()
        return {field: commitment(self.nonces[field][-1], field, given[field]) for field in given if field in fields}

    def opens(self, field: str, value: str, against: str) -> bool:
        """Whether `against` was made for this value of this field, now or earlier."""
        made = [commitment(nonce, field, value) for nonce in self.nonces.get(field, [])]
        return any(hmac.compare_digest(one.encode(), against.encode()) for one in made)


def commitment(nonce: bytes, field: str, value: str) -> str:
    """HMAC-SHA256(nonce, "pd/v1" ‖ 0x00 ‖ field ‖ 0x00 ‖ value) in hexadecimal; blind without the nonce."""
    return hmac.new(nonce, b"\x00".join((b"pd/v1", field.encode(), value.encode())), sha256).hexdigest()


def person_owner(holder: str) -> str:
    """Under which name a person's key stands in the key store."""
    return "person:" + holder
