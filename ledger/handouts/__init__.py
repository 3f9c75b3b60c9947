"""Hand-outs: packs of goods received, moved between depots, signed for or given to whoever comes, returned, counted."""
