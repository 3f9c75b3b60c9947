"""The HTTP contract, sentence by sentence, asked of a served ledger as any client would: by address and key alone."""
