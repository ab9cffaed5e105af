"""``standoff diff`` and the sections of findings as people read them."""

import json

import pytest

from standoff import api
from standoff.cli.findings import baselines_text, levers_text, options_text, robustness_text, side, variants_text

VARIANTS = """\
variants:
  firm: {set: {p_firm: 0.9}}
  dear_and_firm: {set: {cost: 8, p_firm: 0.2}}
"""


@pytest.fixture
def varied(deterrence):
    deterrence.write_text(deterrence.read_text(encoding="utf-8") + VARIANTS, encoding="utf-8")
    return deterrence


def test_a_variant_against_its_file(varied, standoff):
    status, out, err = standoff("diff", varied, f"{varied}@firm", "--draws", 8)
    assert (status, err) == (0, "")
    assert "parameter p_firm" in out
    assert "demand: hold" in out
    assert "Best as a commitment: A challenge; B hold" in out
    assert "One input accounts for all of it: parameter p_firm." in out


def test_two_variants_as_json_are_one_object(varied, standoff):
    status, out, _ = standoff("diff", varied, "--variants", "base", "dear_and_firm", "--draws", 4, "--json")
    found = json.loads(out)
    assert status == 0
    assert found["a"]["label"] == str(varied)
    assert found["b"]["label"] == f"{varied}@dear_and_firm"
    assert [change["name"] for change in found["inputs"]] == ["p_firm", "cost"]
    assert found["draws"] == 4
    assert {swap["unit"] for swap in found["swaps"]} == {"parameter p_firm", "parameter cost"}
    assert found["b"]["outcomes"]["status_quo"] == 1  # 1 - p - 8 p < 0 at p = 0.2
    by_name = {swap["unit"]: swap for swap in found["swaps"]}
    # at the old cost the challenger always comes where p is 0.2, and half of these four draws of p are below 1/3
    assert by_name["parameter cost"]["undone"] == pytest.approx(0, abs=1e-6)
    _, text, _ = standoff("diff", varied, "--variants", "base", "dear_and_firm", "--draws", 4)
    assert "What accounts for it" in text


def test_the_same_file_twice(deterrence, standoff):
    status, out, _ = standoff("diff", deterrence, deterrence, "--draws", 2)
    assert status == 0
    assert "The inputs are the same." in out


def test_stored_studies(deterrence, standoff, tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder, war in zip(folders, (0.25, 0.5), strict=True):
        folder.mkdir()
        summary = {
            "draws": 8,
            "seed": 1,
            "certified": 1.0,
            "outcomes": {"war": {"mean": war}, "other": {"mean": 1 - war}},
        }
        (folder / "study.json").write_text(json.dumps(summary), encoding="utf-8")
    status, out, _ = standoff("diff", *folders)
    assert status == 0
    assert "only the answers are compared" in out
    assert "+25" in out
    status, _, err = standoff("diff", folders[0], deterrence)
    assert status == 2
    assert "a stored study and a scenario cannot be compared; run the scenario first" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["FILE"], "one file and nothing to compare it with; give a second file"),
        (["FILE", "FILE", "--variants", "base", "base"], "two files and --variants; give one"),
        (["FILE", "FILE@frim"], "there is no variant `frim`"),
        (["FILE", "nowhere.yaml"], "nowhere.yaml"),
        (["FILE", "FILE", "--draws", "0"], "not a whole number above zero"),
    ],
)
def test_mistakes(varied, standoff, arguments, message):
    status, out, err = standoff("diff", *(text.replace("FILE", str(varied)) for text in arguments))
    assert (status, out) == (2, "")
    assert message in err


def test_a_name_with_an_at_sign_may_be_a_file(tmp_path):
    path = tmp_path / "game@home"
    path.write_text("", encoding="utf-8")
    assert side(str(path)) == (str(path), None)
    assert side("file.yaml@firm") == ("file.yaml", "firm")
    assert side("file.yaml@base") == ("file.yaml", None)
    assert side("library:ultimatum") == ("library:ultimatum", None)


def test_every_section_fits_the_columns_and_says_what_matters(varied):
    compared = api.compare_options(varied, draws=8, deviate=2)
    rules = compared.robustness(resamples=20)
    lever = api.levers(varied, names=["p_firm"], points=4)
    study = {"status_quo": 0.5, "fait_accompli": 0.3, "war": 0.2}
    sections = {
        "challenge": options_text(compared, 100),
        "All rules agree on hold": robustness_text(rules, 100),
        "0.333": levers_text(lever, 100),
        "one level": baselines_text(api.baselines(varied, draws=4), study, 100),
        "dear_and_firm": variants_text(api.variants(varied, draws=4), 100),
    }
    for expected, text in sections.items():
        assert expected in text
        assert max(map(len, text.splitlines())) <= 130


def test_no_flip_is_said_in_words(varied):
    """A prize that nobody would fight for is always taken."""
    text = levers_text(
        api.levers(varied, names=["p_firm"], set={"prize": "0.0001"}, targets=["outcome"], points=3), 100
    )
    assert "fait_accompli at the base values" in text
    assert "none within its range" in text
