"""Merchants: who may take coupons and supply goods, until when, and at what rate they are settled."""
