"""Coupons: drafted in batches, approved by another person, issued as lots of money, spent at merchants, given back."""
