"""What a criterion found, in a sentence with the scenario's names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from standoff.game.game import Game
from standoff.solve.refinements.criteria import Finding, Reply
from standoff.solve.refinements.messages import Unexpected

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Wording:
    """Names for one message."""

    game: Game
    message: Unexpected

    @property
    def after(self) -> str:
        """``after move.option (given move.option, ...)``."""
        game, slot = self.game, self.message.slots[0]
        infoset = game.infosets[int(game.slot_infoset[slot])]
        option = infoset.options[slot - int(game.slot_start[game.slot_infoset[slot]])]
        if game.move is None:
            return f"after {option}, not expected"
        given = ", ".join(f"{move}.{chosen}" for move, chosen in self._shared())
        return f"after {infoset.move}.{option}{f' (given {given})' if given else ''}, not expected"

    def type(self, t: int) -> str:
        """A type of the sender: what only it knows, and the actor."""
        game = self.game
        infoset = game.infosets[int(game.slot_infoset[self.message.slots[t]])]
        own = ", ".join(option for move, option in infoset.information if (move, option) not in self._shared())
        actor = self._actor(infoset.actor)
        return f"{own} {actor}" if own else f"{actor} at {infoset.name}"

    def types(self, chosen: Sequence[int]) -> str:
        """Several types in a row."""
        return " or ".join(self.type(t) for t in chosen)

    def replies(self, reply: Reply) -> str:
        """What the replier does."""
        return " and ".join(self._reply(g, own) for g, own in enumerate(reply))

    def _reply(self, g: int, own: Sequence[Fraction]) -> str:
        game = self.game
        infoset = game.infosets[self.message.replies[g]]
        known = {move for move, _ in game.infosets[int(game.slot_infoset[self.message.slots[0]])].information}
        nature = self._nature_moves()
        private = [option for move, option in infoset.information if move in nature and move not in known]
        who = " ".join([", ".join(private), self._actor(infoset.actor)]).strip()
        if len(self.message.replies) > 1 and not private:
            who += f" at {infoset.name}"
        used = [(option, float(p)) for option, p in zip(infoset.options, own, strict=True) if p]
        if len(used) == 1:
            return f"{who} chooses {used[0][0]}"
        return f"{who} mixes {', '.join(f'{option} {100 * p:.3g} %' for option, p in used)}"

    def _nature_moves(self) -> set[str]:
        game = self.game
        if game.move is None:
            return set()
        return {
            game.moves[int(game.move[node])] for node in range(game.n_nodes) if game.actor[node] < 0 <= game.move[node]
        }

    def _shared(self) -> Pairs:
        game = self.game
        all_known = [game.infosets[int(game.slot_infoset[slot])].information for slot in self.message.slots]
        return tuple(pair for pair in all_known[0] if all(pair in known for known in all_known))

    def _actor(self, actor: int) -> str:
        return self.game.actor_labels[actor] or self.game.actors[actor]


def obstacle(game: Game, message: Unexpected) -> str:
    """Why neither criterion applies to a message."""
    return f"not applicable: {Wording(game, message).after}, {message.obstacle}"


def intuitive(game: Game, message: Unexpected, finding: Finding) -> str:
    """The intuitive criterion's finding."""
    words = Wording(game, message)
    left = words.types(finding.left)
    if finding.reply is not None:
        return f"{words.after}, only {left} could gain; believing that, {_outcome(words, finding)}"
    if not finding.left:
        return f"{words.after}, no type could gain by any best reply"
    if len(finding.left) == len(message.slots):
        return f"{words.after}, every type could gain, so no belief is ruled out"
    return f"{words.after}, only {left} could gain, and best replies to that belief need not let it"


def d1(game: Game, message: Unexpected, finding: Finding) -> str:
    """D1's finding."""
    words = Wording(game, message)
    if not finding.left:
        return f"{words.after}, no type could gain by any best reply"
    others = [t for t in range(len(message.slots)) if t not in finding.left]
    if not others or finding.reply is None:
        return f"{words.after}, no type would gain from every reply from which another would"
    start = (
        f"{words.after}, {words.types(finding.left)} would gain from every reply from which {words.types(others)} would"
    )
    if finding.survives:
        return f"{start}; even believing that, {words.replies(finding.reply)} deters"
    return f"{start}; believing that, {_outcome(words, finding)}"


def _outcome(words: Wording, finding: Finding) -> str:
    """What follows from the belief where it undoes the equilibrium."""
    assert finding.reply is not None
    assert finding.gainer is not None
    who, size = words.type(finding.gainer), f"{float(finding.gain):.3g}"
    if finding.forced:
        return f"{words.replies(finding.reply)}, and {who} gains {size}"
    return f"even if {words.replies(finding.reply)}, {who} gains {size}"
