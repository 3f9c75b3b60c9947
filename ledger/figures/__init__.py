"""Reported figures: what others counted and printed, kept by kind; kinds that differ are never added up."""
