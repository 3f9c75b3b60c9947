"""A month is opened for 600 people while the counter sells: counted, not timed."""

from concurrent.futures import ThreadPoolExecutor

from api.runs import Ran, grant_initial
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.values import HolderId, holder_account
from tests.ledgers import asked
from tests.stories.site import COUNTER, POINT, WANG, Site
from tests.stories.test_the_month import consistent

BUYERS, SALES = 8, 40


def test_single_sales_keep_their_share_while_600_people_get_their_points(site: Site) -> None:
    people = [RegisterPerson(holder=HolderId(f"w{number:03}"), crew="night") for number in range(600)]
    wishes = (Submission(wishes=(site.ledger.wish(person, by=site.leader),)) for person in people)
    assert {outcome.refusal for outcome in site.ledger.writer.ask_all(wishes)} == {None}
    site.file("goods-receipts", "商品编号,数量,入库日期,入库单号", "G001,1000,2022-06-01,RK-1")
    rich = GrantPoints(to=holder_account(site.holder(WANG)), unit=POINT, amount=10 * BUYERS * SALES)
    site.do(rich, by=site.supervisor)
    site.ledger.writer.turns.clear()

    def buy(client: int) -> list[str | None]:
        sales = (asked(site.ledger, site.one(WANG, "G001"), key=f"{client} {number}") for number in range(SALES))
        return [outcome.refusal.code if outcome.refusal else None for outcome in sales]

    with ThreadPoolExecutor(BUYERS + 1) as threads:
        run = threads.submit(grant_initial, site.ledger)
        sold = [threads.submit(buy, client) for client in range(BUYERS)]
        assert run.result() == Ran(600, 3, ())
        assert {code for future in sold for code in future.result()} == {None}
    turns = list(site.ledger.writer.turns)
    mixed = [turn for turn in turns if turn.single and turn.bulk]
    assert mixed, "no turn held both: the case shows nothing"
    assert all(turn.bulk <= site.ledger.writer.turn_size // 4 for turn in mixed)
    assert sum(turn.bulk for turn in turns) == 603
    assert site.balances(WANG) == [100]
    assert site.on_shelf() == 1_005 - BUYERS * SALES
    assert site.do(rich, by=COUNTER).envelopes[0].data.amount == rich.amount
    consistent(site)
