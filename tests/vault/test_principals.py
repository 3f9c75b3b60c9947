"""Principals and API keys: shown once, narrowed, expiring, revoked at once."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from ledger.refusals import AlreadyExists, Malformed, NotFound
from ledger.values import Instant, later
from ledger.vault import KeyCache, Principal, Principals, Vault, VaultPlace, create_vault
from tests.vault.conftest import MASTER, Clock

COUNTER = Principal(id="client:counter-1", roles=("counter", "supervisor"), name="一号柜台", counter="c1")


@pytest.fixture
def principals(vault: Vault) -> Principals:
    vault.principals.add(COUNTER)
    return vault.principals


def test_a_key_opens_as_its_principal(principals: Principals) -> None:
    key, info = principals.create_key("client:counter-1")
    assert key.startswith(f"jf_{info.id}_")
    assert key.endswith(info.last4)
    assert principals.authenticate(key) == COUNTER


def test_a_key_has_256_random_bits(principals: Principals) -> None:
    keys = {principals.create_key("client:counter-1")[0] for _ in range(20)}
    assert len(keys) == 20
    assert {len(key.split("_", 2)[2]) for key in keys} == {43}


@pytest.mark.parametrize("spoil", ["", "jf_", "Bearer x", "jf_0123456789abcdef_" + "A" * 43])
def test_what_is_no_key_opens_nothing(principals: Principals, spoil: str) -> None:
    assert principals.authenticate(spoil) is None


def test_every_part_of_a_key_counts(principals: Principals) -> None:
    key, _ = principals.create_key("client:counter-1")
    for index in range(len(key)):
        other = "b" if key[index] != "b" else "c"
        assert principals.authenticate(key[:index] + other + key[index + 1 :]) is None
    assert principals.authenticate(key + "A") is None
    assert principals.authenticate(key) == COUNTER


def test_one_keys_secret_does_not_open_under_anothers_id(principals: Principals) -> None:
    first, _ = principals.create_key("client:counter-1")
    second, _ = principals.create_key("client:counter-1")
    assert principals.authenticate("_".join(first.split("_", 2)[:2] + second.split("_", 2)[2:])) is None


def test_a_key_may_be_narrower_than_its_principal_and_never_wider(principals: Principals) -> None:
    key, _ = principals.create_key("client:counter-1", roles=["counter"])
    found = principals.authenticate(key)
    assert found is not None
    assert found.roles == ("counter",)
    with pytest.raises(Malformed, match="roles: admin"):
        principals.create_key("client:counter-1", roles=["admin"])


def test_a_role_taken_from_the_principal_leaves_its_narrow_keys_too(principals: Principals) -> None:
    key, _ = principals.create_key("client:counter-1", roles=["supervisor"])
    principals.set_roles("client:counter-1", ["counter"])
    found = principals.authenticate(key)
    assert found is not None
    assert found.roles == ()


def test_a_key_expires_at_its_instant(principals: Principals, clock: Clock) -> None:
    key, _ = principals.create_key("client:counter-1", expires_at=later(clock.at, seconds=60))
    clock.pass_seconds(59)
    assert principals.authenticate(key) == COUNTER
    clock.pass_seconds(1)
    assert principals.authenticate(key) is None


def test_a_revoked_key_is_worthless_and_its_principal_lives_on(principals: Principals, clock: Clock) -> None:
    key, info = principals.create_key("client:counter-1")
    other, _ = principals.create_key("client:counter-1")
    revoked = principals.revoke(info.id)
    assert revoked.revoked_at == clock.at
    assert principals.authenticate(key) is None
    assert principals.authenticate(other) == COUNTER
    clock.pass_seconds(5)
    assert principals.revoke(info.id).revoked_at == revoked.revoked_at


def test_a_disabled_principal_is_shut_out_until_it_is_enabled(principals: Principals) -> None:
    key, _ = principals.create_key("client:counter-1")
    principals.disable("client:counter-1")
    assert principals.authenticate(key) is None
    principals.enable("client:counter-1")
    assert principals.authenticate(key) == COUNTER


def test_keys_are_listed_without_their_secrets(principals: Principals, clock: Clock) -> None:
    first, info = principals.create_key("client:counter-1", roles=["counter"])
    clock.pass_seconds(1)
    _, later_info = principals.create_key("client:counter-1")
    principals.add(Principal(id="person:p1", roles=("auditor",)))
    principals.create_key("person:p1")
    assert principals.keys("client:counter-1") == [info, later_info]
    assert len(principals.keys()) == 3
    assert first.split("_", 2)[2] not in repr(principals.keys())


def test_a_person_is_its_own_subject_and_has_no_name_here(principals: Principals) -> None:
    person = principals.add(Principal(id="person:p1", roles=("safety-leader",)))
    assert person.subject == "person:p1"
    assert person.is_person
    assert principals.get("person:p1") == person
    with pytest.raises(Malformed, match="name: only a client"):
        principals.add(Principal(id="person:p2", roles=(), name="王钦力"))


@pytest.mark.parametrize(
    ("principal", "fault"),
    [
        (Principal(id="counter-1", roles=()), "id: "),
        (Principal(id="client:", roles=()), "id: "),
        (Principal(id="client:一号", roles=()), "id: "),
        (Principal(id="client:a", roles=("Admin",)), "roles: Admin"),
        (Principal(id="client:a", roles=("a b",)), "roles: a b"),
        (Principal(id="client:a", roles=(), subject="王钦力"), "subject: "),
    ],
)
def test_a_malformed_principal_is_refused(principals: Principals, principal: Principal, fault: str) -> None:
    with pytest.raises(Malformed) as refused:
        principals.add(principal)
    assert refused.value.errors[0].startswith(fault)


def test_a_principal_is_registered_once(principals: Principals) -> None:
    with pytest.raises(AlreadyExists):
        principals.add(COUNTER)
    assert principals.all() == [COUNTER]


def test_strangers_are_not_found(principals: Principals) -> None:
    for wish in (
        lambda: principals.create_key("client:nobody"),
        lambda: principals.revoke("0123456789abcdef"),
        lambda: principals.disable("client:nobody"),
        lambda: principals.set_roles("client:nobody", ["counter"]),
    ):
        with pytest.raises(NotFound):
            wish()


def test_a_key_opens_no_other_ledger(principals: Principals, place: VaultPlace, clock: Clock) -> None:
    key, _ = principals.create_key("client:counter-1")
    other = create_vault("site-b", place, clock=clock, environ=MASTER)
    other.principals.add(COUNTER)
    assert other.principals.authenticate(key) is None
    other.close()


# The cache -------------------------------------------------------------------------------------------------


def test_a_cached_key_is_looked_up_once(vault: Vault, principals: Principals, clock: Clock) -> None:
    key, _ = principals.create_key("client:counter-1")
    cache = KeyCache(principals, clock=clock)
    statements: list[str] = []
    event.listen(vault._rows, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert [cache.authenticate(key) for _ in range(5)] == [COUNTER] * 5
    assert sum("vault_api_keys" in statement for statement in statements) == 1


def test_a_revocation_by_another_process_counts_at_once(
    principals: Principals, another: Callable[[], Vault], clock: Clock
) -> None:
    key, info = principals.create_key("client:counter-1")
    cache = KeyCache(principals, clock=clock)
    assert cache.authenticate(key) == COUNTER
    another().principals.revoke(info.id)
    assert cache.authenticate(key) is None


def test_a_cached_key_expires_too(principals: Principals, clock: Clock) -> None:
    key, _ = principals.create_key("client:counter-1", expires_at=Instant(later(clock.at, seconds=60)))
    cache = KeyCache(principals, clock=clock)
    assert cache.authenticate(key) == COUNTER
    clock.pass_seconds(60)
    assert cache.authenticate(key) is None


def test_the_cache_stays_within_its_size_and_keeps_no_key_text(principals: Principals, clock: Clock) -> None:
    cache = KeyCache(principals, clock=clock, size=2)
    keys = [principals.create_key("client:counter-1")[0] for _ in range(5)]
    assert [cache.authenticate(key) for key in keys] == [COUNTER] * 5
    assert len(cache._known) <= 2
    assert not any(key in repr(cache._known) for key in keys)
    assert cache.authenticate("jf_wrong") is None


def test_the_digest_stored_is_not_the_secret(vault: Vault, principals: Principals) -> None:
    key, _ = principals.create_key("client:counter-1")
    with vault._rows.connect() as connection:
        digest = connection.execute(text("SELECT digest FROM vault_api_keys")).scalar_one()
    assert len(digest) == 64
    assert digest not in key
