"""Patrols: routes, the tasks on them, and a claim from the moment it is made until it is finished."""
