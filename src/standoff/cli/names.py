"""What people read instead of array indices: names of actors, moves, options, and what an actor knows or believes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from standoff.game.game import DECISION, Game

Pairs = tuple[tuple[str, str], ...]  # (move, option) in order of play


@dataclass(frozen=True, eq=False)
class Names:
    """Names in one game."""

    game: Game

    def actor(self, actor: int) -> str:
        """An actor's label, else its name."""
        return self.game.actor_labels[actor] or self.game.actors[actor]

    def move(self, node: int) -> str:
        """The move made at a node; empty for a chance move that has no name."""
        game = self.game
        if game.move is not None:
            return game.moves[int(game.move[node])]
        return game.infosets[int(game.infoset[node])].move if game.kind[node] == DECISION else ""

    def matter(self, node: int) -> str:
        """What chance decides, with a space before it."""
        return f" {self.move(node)}" if self.move(node) else ""

    def option(self, node: int) -> str:
        """The option that leads into a node."""
        return self.game.labels[node] or f"option {int(self.game.action[node]) + 1}"

    def choices(self, pairs: Pairs) -> str:
        """Choices in short: options alone where no two moves share an option's name."""
        if self._options_tell_moves:
            return ", ".join(option for _, option in pairs)
        return ", ".join(f"{move}={option}" for move, option in pairs)

    def unseen(self, node: int) -> str:
        """What its actor has not seen on the way to a decision node; where the game does not tell, the whole way."""
        game = self.game
        if game.move is None:
            return game.history(node)
        information = set(game.infosets[int(game.infoset[node])].information)
        pairs = tuple(pair for pair in self._history(node) if pair not in information)
        return self.choices(pairs) or "nothing else"

    def _history(self, node: int) -> Pairs:
        return tuple((self.move(int(self.game.parent[step])), self.option(step)) for step in self.game.path(node))

    @cached_property
    def _options_tell_moves(self) -> bool:
        game = self.game
        if game.move is None:
            return False
        made = {(self.move(int(game.parent[node])), game.labels[node]) for node in range(1, game.n_nodes)}
        return len({option for _, option in made}) == len(made)
