"""The SQL that both databases understand, with `?` for a value."""

_FACT = "position, originator_id, originator_version, topic, state, recorded_at"
_BOOK = "kind, id, position, version, due_at, state"

HEAD = "SELECT position, recorded_at, epoch FROM heads WHERE ledger = ?"
FACTS = f"SELECT {_FACT} FROM facts WHERE ledger = ? AND position > ? ORDER BY position LIMIT ?"  # noqa: S608 - only constants are joined
FACTS_AT = f"SELECT {_FACT} FROM facts WHERE ledger = ? AND position >= ? AND position < ? ORDER BY position"  # noqa: S608 - only constants are joined
FACTS_AMONG = f"SELECT {_FACT} FROM facts WHERE ledger = ? AND position IN ({{}})"  # noqa: S608 - only constants are joined
FACTS_OF = f"SELECT {_FACT} FROM facts WHERE ledger = ? AND originator_id = ? ORDER BY position"  # noqa: S608 - only constants are joined
BOOK_SCAN = f"SELECT {_BOOK} FROM book WHERE ledger = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?"  # noqa: S608 - only constants are joined
DUE = (
    "SELECT kind, id FROM book WHERE ledger = ? AND due_at IS NOT NULL AND due_at <= ? "
    "ORDER BY due_at, kind, id LIMIT ?"
)
# Times never go back with positions: halving finds the place in some thirty steps, with no index on time.
BEFORE = (
    "WITH RECURSIVE search (low, high) AS (SELECT CAST(0 AS BIGINT), position FROM heads WHERE ledger = ? UNION ALL "
    "SELECT CASE WHEN f.recorded_at < ? THEN f.position ELSE low END, "
    "CASE WHEN f.recorded_at < ? THEN high ELSE f.position - 1 END "
    "FROM search JOIN facts f ON f.ledger = ? AND f.position = (low + high + 1) / 2 WHERE low < high) "
    "SELECT low FROM search WHERE low = high"
)
MOVE_HEAD = "UPDATE heads SET position = ?, recorded_at = ? WHERE ledger = ? AND position = ?"

KEY_COLUMNS = "client, key_mac, fingerprint, tx, position, length, answer, language"
BOOK_COLUMNS = _BOOK
FACT_COLUMNS = _FACT
UPSERT = (
    "ON CONFLICT (ledger, kind, id) DO UPDATE SET position = excluded.position, version = excluded.version, "
    "due_at = excluded.due_at, state = excluded.state"
)

ENTER_LEDGER = (
    "INSERT INTO ledgers (ledger, zone, scheme, created_at) VALUES (:ledger, :zone, :scheme, :created_at) "
    "ON CONFLICT DO NOTHING"
)
ENTER_HEAD = (
    "INSERT INTO heads (ledger, position, recorded_at, epoch) VALUES (:ledger, 0, :recorded_at, :epoch) "
    "ON CONFLICT DO NOTHING"
)
