"""Nothing copyleft is needed at run time; the one LGPL driver is an extra."""

import pytest

from tests.house import licences


def test_the_embedded_edition_needs_nothing_copyleft() -> None:
    found = {name: licences.licence_of(it) for name, it in licences.embedded().items()}
    assert {name: licence for name, licence in found.items() if not licences.is_permissive(licence)} == {}


def test_the_postgres_extra_adds_only_the_lesser_licence_of_its_driver() -> None:
    found = {name: licences.licence_of(it) for name, it in licences.postgres().items()}
    copyleft = {name for name, licence in found.items() if not licences.is_permissive(licence)}
    assert copyleft == licences.LESSER
    assert {found[name] for name in licences.LESSER} == {"LGPL-3.0-only"}


def test_the_walk_reaches_what_is_needed_indirectly() -> None:
    # eventsourcing[crypto] → pycryptodome, uvicorn[standard] → websockets, jinja2 → markupsafe
    assert {"pycryptodome", "websockets", "markupsafe"} <= set(licences.embedded())


@pytest.mark.parametrize(
    ("licence", "permissive"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND PSF-2.0", True),
        ("MIT AND LGPL-3.0-only", False),
        ("GPL-2.0-only", False),
        ("MPL-2.0", False),
        ("", False),
    ],
)
def test_a_licence_is_judged_part_by_part(licence: str, *, permissive: bool) -> None:
    assert licences.is_permissive(licence) is permissive
