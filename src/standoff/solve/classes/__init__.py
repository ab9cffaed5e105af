"""Classes of sequential equilibria at given numbers: every support at every information set that can hold."""
