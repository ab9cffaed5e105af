import json
import xml.etree.ElementTree as ElementTree

import pytest

from standoff import api
from standoff.game.efg import parse_efg


def test_check_says_what_the_game_is(standoff, deterrence):
    status, out, err = standoff("check", deterrence)
    assert (status, err) == (0, "")
    story = " ".join(out.split())
    # root, two demands, two replies, and two endings below each reply and beside each challenge
    assert "11 nodes: 4 decisions in 3 information sets (1 with several nodes), 1 chance move, 6 endings" in story
    assert "3 parameters, 1 of them with a range" in story
    assert out.endswith("Valid.\n")
    report = json.loads(standoff("check", deterrence, "--json")[1])
    assert report["valid"] is True
    assert report["warnings"] == []
    assert report["sizes"] == {
        "actors": 2,
        "nodes": 11,
        "endings": 6,
        "information_sets": 3,
        "chance_moves": 1,
        "parameters": 3,
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "  war: reply.resist\n",
            "",
            "2 of 6 endings have no name under `outcomes`: firm/challenge/resist; soft/chall",
        ),
        ("  prize:", "  idle: 4\n  prize:", "parameter `idle`"),
        ("moves:\n", "assume: [prize > cost]\nmoves:\n", "prize > cost"),
    ],
)
def test_check_warns_and_exits_with_0(standoff, deterrence, old, new, says):
    deterrence.write_text(deterrence.read_text().replace(old, new, 1))
    status, out, err = standoff("check", deterrence)
    assert status == 0
    assert says in err
    assert err.startswith(f"warning: {deterrence}:") or "endings" in err
    assert out.endswith("Valid, 1 warning.\n")
    report = json.loads(standoff("check", deterrence, "--json")[1])
    assert report["valid"] is True
    assert len(report["warnings"]) == 1


def test_check_finds_what_is_undefined_at_the_base_values(standoff, deterrence):
    deterrence.write_text(deterrence.read_text().replace("prize * reply.yield", "log(prize - 1) * reply.yield", 1))
    status, out, err = standoff("check", deterrence)
    assert status == 2
    assert "payoffs.challenger.territory" in err
    assert out.endswith("Not valid.\n")
    report = json.loads(standoff("check", deterrence, "--json")[1])
    assert (report["valid"], len(report["errors"])) == (False, 1)


def test_show_draws_text_and_files(standoff, deterrence, tmp_path):
    status, out, _ = standoff("show", deterrence)
    assert status == 0
    for word in ("Challenger", "Defender", "hold", "resist", "war", "11 nodes"):
        assert word in out
    svg, tikz = tmp_path / "tree.svg", tmp_path / "tree.tex"
    status, out, err = standoff("show", deterrence, "--svg", svg, "--tikz", tikz)
    assert (status, out) == (0, "")
    assert err == f"wrote {svg}\nwrote {tikz}\n"
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert "tikzpicture" in tikz.read_text(encoding="utf-8")
    assert standoff("show", deterrence, "--svg", tmp_path / "none" / "x.svg")[0] == 2


def test_show_has_payoffs_at_the_base_values_and_can_begin_anywhere(standoff, deterrence, tmp_path):
    numeric = api.load(deterrence).game.at({k: float(v) for k, v in api.load(deterrence).values().items()})
    game = numeric.game
    _, out, _ = standoff("show", deterrence)
    for terminal, payoffs in enumerate(numeric.payoffs.tolist()):
        name = game.outcomes[game.outcome[terminal]].replace("_", " ")
        told = " · ".join(
            f"{letter} {value:.3g}".replace("-", "−") for letter, value in zip("CD", payoffs, strict=True)
        )
        assert f"[{name}]  {told}" in out, (name, told)
    node = max(game.children(0), key=lambda child: game.n_children[child])
    _, below, _ = standoff("show", deterrence, "--at", game.history(node))
    assert len(below.splitlines()) < len(out.splitlines())
    assert below.splitlines()[-1].split(": ")[-1] in out
    status, _, err = standoff("show", deterrence, "--at", f"{game.history(node)}/nonsense")
    assert status == 2
    assert "`nonsense` cannot follow" in err


def test_solve_draws_the_whole_tree_or_what_follows_after_a_history(standoff, deterrence, tmp_path):
    game = api.load(deterrence).game
    node = next(int(n) for n in game.children(0) if game.n_children[n])
    drawn = {}
    for name, more in (("all", ["--whole"]), ("part", ["--at", game.history(node)])):
        target = tmp_path / f"{name}.svg"
        assert standoff("solve", deterrence, "--svg", target, "--tikz", tmp_path / f"{name}.tex", *more)[0] == 0
        drawn[name] = {n.get("data-node") for n in ElementTree.parse(target).iter() if n.get("data-node")}
        assert "tikzpicture" in (tmp_path / f"{name}.tex").read_text(encoding="utf-8")
    assert drawn["all"] == {str(n) for n in range(game.n_nodes)}
    assert str(node) in drawn["part"] < drawn["all"]


def test_export_to_efg_has_the_numbers_asked_for(standoff, deterrence):
    status, out, err = standoff("export", deterrence, "--to", "efg", "--set", "p_firm=1/8", "--set", "prize=3")
    assert (status, err) == (0, "")
    game = parse_efg(out)
    numeric = game.at({})
    assert sorted(numeric.chance[1:3]) == [0.125, 0.875]
    assert {tuple(row) for row in numeric.payoffs.tolist()} == {(0, 0), (3, -3), (-2, -0.5), (-2, -2)}


def test_export_to_tikz(standoff, deterrence):
    status, out, _ = standoff("export", deterrence, "--to", "tikz")
    assert status == 0
    assert out.rstrip().endswith(r"\end{document}")


def test_the_library_is_listed_and_its_games_print_as_they_are(standoff, tmp_path):
    status, out, err = standoff("library")
    assert status == 0
    assert "library NAME" in err
    names = [line.split()[0] for line in out.splitlines() if not line.startswith(" ")]
    assert "beer_quiche" in names
    assert names == sorted(names)
    assert [game["name"] for game in json.loads(standoff("library", "--json")[1])["games"]] == names
    copy = tmp_path / "copy.yaml"
    copy.write_text(standoff("library", "beer_quiche")[1], encoding="utf-8")
    assert standoff("check", copy)[0] == 0
    assert json.loads(standoff("library", "library:beer_quiche", "--json")[1])["text"] == copy.read_text("utf-8")
    assert "did you mean `beer_quiche`?" in standoff("library", "beer_quish")[2]


def test_the_schema_is_a_json_object(standoff):
    status, out, err = standoff("schema")
    assert (status, err) == (0, "")
    assert {"actors", "moves", "payoffs"} <= set(json.loads(out)["properties"])
