"""Conditions on named parameters under which each class of equilibria exists."""
