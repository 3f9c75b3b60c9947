"""Behaviours: what people did on site, priced by the scheme, as value given or taken."""
