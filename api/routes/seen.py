"""Whether a request was answered before: what is done beside the ledger is then not done again."""

from api.routes.table import Arrival


def is_seen(arrival: Arrival) -> bool:
    """Whether the journal knows this key. Blocking; two at once may both be told no."""
    client = arrival.caller.by.principal
    pair = (client, arrival.served.vault.secret.mac("key", client, arrival.key))
    return pair in arrival.served.ledger.storage.keys([pair])
