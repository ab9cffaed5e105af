"""The documentation is true: its links lead somewhere, and the tour's commands do what it says they do."""

import re
import shlex
from pathlib import Path

import pytest

from standoff.cli import main
from standoff.cli.parser import CONCEPTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")]
)
PAGES_README = (ROOT / "README.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def anchors(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_is_linked_from_the_index():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert page.name == "index.md" or str(page.relative_to(ROOT / "docs")) in LINK.findall(index)


def test_every_command_and_concept_is_described(capsys):
    main(["--help"])
    commands = re.findall(r"^    (\w+)", capsys.readouterr().out, re.MULTILINE)
    assert len(commands) >= 9
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert all(f"`standoff {command}" in text for command in commands)
    text = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
    assert all(f"`{concept}`" in text for concept in CONCEPTS)


def test_the_tour_does_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    blocks = BLOCK.findall((ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8"))
    for language, content in blocks:
        if language == "yaml":
            name = content.split()[1]
            Path(name).write_text(content, encoding="utf-8")
        elif language == "console":
            for command, expected in steps(content):
                check_step(command, expected, capsys)
        else:
            assert language == "python"
            exec(compile(content, "getting-started.md", "exec"), {})
            # 0.25 is below 1/3: the challenger demands, and one defender in four resists
            assert capsys.readouterr().out == "{'status_quo': 0.0, 'fait_accompli': 0.75, 'war': 0.25}\n"
    assert len(blocks) >= 7


def test_the_example_of_the_readme_is_what_is_printed(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "92")
    (content,) = (text for language, text in BLOCK.findall(PAGES_README) if language == "console")
    ((command, expected),) = steps(content)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.splitlines() == expected


def steps(content):
    """Each command with the lines of output that the page shows for it."""
    for part in content.split("$ ")[1:]:
        command, *expected = part.splitlines()
        yield command, expected


def check_step(command, expected, capsys):
    line, _, target = command.partition(" > ")
    program, *arguments = shlex.split(line)
    assert program == "standoff"
    status = main(arguments)
    captured = capsys.readouterr()
    assert status == 0, f"{command}: {captured.err}"
    if target:
        Path(target.strip()).write_text(captured.out, encoding="utf-8")
    shown = captured.out.splitlines()
    for text in expected:
        assert text == "..." or text in shown, f"{command} does not print {text!r} but\n{captured.out}"
