"""Pages written from the code say what the code says."""

from tests.house import licences
from tests.house.generated import problems, refusals
from tests.house.sources import ROOT

AGAIN = "say `make docs`"


def test_the_problem_table_is_the_tree_of_refusals() -> None:
    assert (ROOT / "docs" / "problems.md").read_text(encoding="utf-8") == problems(), AGAIN


def test_every_refusal_says_what_it_means_and_has_a_status_of_a_refusal() -> None:
    for refusal in refusals():
        assert refusal.__doc__, refusal
        assert refusal.status in {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503}, refusal


def test_what_is_recorded_is_a_conflict_or_self_approval() -> None:
    recorded = {refusal.code: refusal.status for refusal in refusals() if refusal.recorded}
    assert {code: status for code, status in recorded.items() if status != 409} == {"self-approval": 403}


def test_everything_installed_at_run_time_stands_in_the_list_with_its_licence() -> None:
    # Compared one way: another platform installs less (no uvloop) and must not need another page.
    page = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")
    installed = licences.embedded() | licences.postgres()
    missing = {name for name, it in installed.items() if f"| {name} | {licences.licence_of(it)} |" not in page}
    assert missing == set(), AGAIN
