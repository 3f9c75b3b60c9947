"""Crews: the units that people belong to, the region that each lies in, who changed his unit, which two merged."""
