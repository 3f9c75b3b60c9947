"""All scenarios by name: this process and the other one look them up here."""

from tests.exactly.banking import BANKING
from tests.exactly.entitled import ENTITLED
from tests.exactly.patrolling import PATROLLING
from tests.exactly.scenarios import SCENARIOS as COUNTER
from tests.exactly.welfare import WELFARE

SCENARIOS = COUNTER | BANKING | ENTITLED | PATROLLING | WELFARE
