"""Refinements of sequential equilibria: which of them rest on beliefs that an unexpected choice makes implausible."""
