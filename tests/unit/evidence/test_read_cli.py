"""``standoff read`` and ``standoff review``: what a person has decided survives everything that is read afterwards."""

import io
import json
import os
import subprocess
import sys

import pytest

from standoff.cli import main
from standoff.evidence.ledger import load_ledger

PAGE = """We use cookies on Gull News

Harbour closed as patrol boats anchor

Ilen Dara, the foreign minister, said that the strait would stay open.

A defence source told The Ambel Herald that nobody had counted the mines.

Critics rejected the plan.

© Strait Review
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    return tmp_path


def answer(monkeypatch, *lines):
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def accepted(path="ledger.yaml"):
    return [statement.accepted for statement in load_ledger(path).statements]


def test_read_prints_what_a_person_needs(folder, capsys):
    assert main(["read", "page.txt"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Harbour closed as patrol boats anchor\n")
    assert "published by Strait Review; carried by Gull News; no date." in shown
    assert "Gull News > Strait Review > The Ambel Herald > defence source" in shown
    assert "denied or refused" in shown
    assert "3 statements proposed, none of them checked by a person." in shown


def test_read_json_is_one_object_with_spans_of_the_file(folder, capsys):
    assert main(["read", "page.txt", "--json", "-o", "ledger.yaml"]) == 0
    found = json.loads(capsys.readouterr().out)
    for own in found["statements"]:
        assert PAGE[own["at"]["start"] : own["at"]["end"]] == own["at"]["exact"]
    assert [own["why"] for own in found["dropped"]] == ["cookie notice", "copyright"]


def test_proposals_wait_for_a_person(folder, capsys):
    assert main(["read", "page.txt", "-o", "ledger.yaml"]) == 0
    assert "3 new proposals" in capsys.readouterr().err
    ledger = load_ledger("ledger.yaml")
    assert accepted() == [None, None, None]
    assert [statement.act for statement in ledger.statements] == ["statement", "statement", "refusal"]
    (document,) = ledger.documents
    assert (document.outlet, document.aggregator) == ("Strait Review", "Gull News")
    for statement in ledger.statements:
        at = statement.at
        assert PAGE[at.start : at.end] == at.exact


def test_reading_again_changes_nothing_that_a_person_wrote(folder, monkeypatch, capsys):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    answer(monkeypatch, "e", "canonical", "Dara of Ambel", "note", "checked twice", "", "a", "r", "q")
    assert main(["review", "ledger.yaml"]) == 0
    path = folder / "ledger.yaml"
    path.write_text("# my ledger\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_bytes()
    capsys.readouterr()
    assert main(["read", "page.txt", "-o", "ledger.yaml"]) == 0
    assert "0 new proposals in ledger.yaml; 3 stood there already" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_reading_another_page_adds_to_the_ledger_and_touches_nothing(folder, monkeypatch):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    answer(monkeypatch, "a", "r", "q")
    main(["review", "ledger.yaml"])
    first = load_ledger("ledger.yaml").statements
    (folder / "other.txt").write_text(PAGE.replace("nobody", "everybody"), encoding="utf-8")
    assert main(["read", "other.txt", "-o", "ledger.yaml"]) == 0
    after = load_ledger("ledger.yaml")
    assert [(own.id, own.accepted, own.speaker) for own in after.statements[:3]] == [
        (own.id, own.accepted, own.speaker) for own in first
    ]
    assert len(after.statements) == 6
    assert len({own.id for own in after.statements}) == 6
    assert accepted() == [True, False, None, None, None, None]


def test_review_saves_after_every_answer(folder, monkeypatch, capsys):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    seen = []

    class Answers(io.StringIO):
        def readline(self, *_):
            seen.append(accepted())
            return super().readline()

    monkeypatch.setattr(sys, "stdin", Answers("a\nr\na\n"))
    assert main(["review", "ledger.yaml"]) == 0
    assert seen == [[None, None, None], [True, None, None], [True, False, None]]
    assert accepted() == [True, False, True]
    assert "2 accepted, 1 rejected, 0 to be read." in capsys.readouterr().out
    assert [name for name in os.listdir(folder) if "part" in name] == []


def test_review_edits_what_is_wrong_and_refuses_what_cannot_be(folder, monkeypatch, capsys):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    answers = ["e", "named", "perhaps", "named", "no", "chanel", "channel", "private", "chain", "Gull News > Dara"]
    answer(monkeypatch, *answers, "hedges", "might, could", "", "x", "s", "s", "s")
    assert main(["review", "ledger.yaml"]) == 0
    captured = capsys.readouterr()
    own = load_ledger("ledger.yaml").statements[0]
    assert own.speaker.named is False
    assert own.speaker.canonical == "Ilen Dara"
    assert own.channel == "private"
    assert own.chain == ("Gull News", "Dara")
    assert own.hedges == ("might", "could")
    assert own.accepted is None
    assert "'perhaps' is not one of yes, no" in captured.err
    assert "did you mean `channel`?" in captured.err
    assert "'x' is not one of" in captured.err


def test_review_adds_a_statement_by_its_words(folder, monkeypatch, capsys):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    words = "patrol boats anchor"
    answer(monkeypatch, "+", words, "Gull News", "", "yes", "+", "words that are not there", "q")
    assert main(["review", "ledger.yaml", "--page", "page.txt"]) == 0
    captured = capsys.readouterr()
    own = load_ledger("ledger.yaml").statements[-1]
    assert PAGE[own.at.start : own.at.end] == own.at.exact == words
    assert own.accepted is True
    assert (own.speaker.canonical, own.speaker.named) == ("Gull News", True)
    assert "these words are not on the page" in captured.err


def test_review_without_anybody_to_ask_says_so(folder, monkeypatch, capsys):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    answer(monkeypatch)
    assert main(["review", "ledger.yaml"]) == 2
    assert "nobody to ask" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["review", "ledger.yaml"]) == 2


def test_review_of_a_pipe_that_ends_keeps_what_was_answered(folder):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    command = [sys.executable, "-m", "standoff", "review", "ledger.yaml"]
    done = subprocess.run(command, input="a\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "what was answered is saved" in done.stderr
    assert accepted() == [True, None, None]


def test_a_page_of_another_ledger_is_refused(folder, capsys):
    main(["read", "page.txt", "-o", "ledger.yaml"])
    (folder / "other.txt").write_text(PAGE + "More.\n", encoding="utf-8")
    assert main(["review", "ledger.yaml", "--page", "other.txt"]) == 2
    assert "none of the ledger's documents" in capsys.readouterr().err


def test_a_ledger_with_mistakes_is_left_alone(folder, capsys):
    (folder / "ledger.yaml").write_text("ledger: 1\nstatments: {}\n", encoding="utf-8")
    assert main(["read", "page.txt", "-o", "ledger.yaml"]) == 2
    assert "statements" in capsys.readouterr().err
    assert (folder / "ledger.yaml").read_text(encoding="utf-8") == "ledger: 1\nstatments: {}\n"


def test_the_page_is_never_written_over(folder, capsys):
    assert main(["read", "page.txt", "-o", "page.txt"]) == 2
    assert main(["read", "page.txt", "--text", "page.txt"]) == 2
    assert (folder / "page.txt").read_text(encoding="utf-8") == PAGE


def test_the_text_of_a_web_page_is_where_its_spans_count(folder, capsys):
    source = "<html><h1>Harbour closed as boats anchor</h1><p>Ilen Dara said the strait was <b>open</b>.</p></html>"
    (folder / "page.html").write_text(source, encoding="utf-8")
    assert main(["read", "page.html", "--text", "out.txt", "--json"]) == 0
    (own,) = json.loads(capsys.readouterr().out)["statements"]
    text = (folder / "out.txt").read_text(encoding="utf-8")
    assert text[own["at"]["start"] : own["at"]["end"]] == "the strait was open"
    assert main(["read", "out.txt", "--json"]) == 0
    (again,) = json.loads(capsys.readouterr().out)["statements"]
    assert again["at"] == own["at"]
