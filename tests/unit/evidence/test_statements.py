"""Statements in short texts whose reading is plain to a person."""

import pytest

from standoff.evidence.read import read


def statements(text, head="Talks on the strait go on for another day"):
    found = read(f"{head}\n\n{text}\n".encode(), "page.txt").to_dict()["statements"]
    for own in found:
        assert own["accepted"] is None
    return found


def only(text):
    (found,) = statements(text)
    return found


def brief(own):
    return own["speaker"]["canonical"], own["at"]["exact"]


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            "The foreign minister, Ilen Dara, said on Tuesday that the strait would stay open.",
            "Ilen Dara",
            "the strait would stay open",
        ),
        ("Ilen Dara has repeatedly warned that boats will be turned back.", "Ilen Dara", "boats will be turned back"),
        ("The strait will stay open, officials said.", "officials", "The strait will stay open"),
        ("“The strait stays open,” said Ilen Dara, the foreign minister.", "Ilen Dara", "“The strait stays open,”"),
        (
            "According to two diplomats, the pilots were never asked.",
            "two diplomats",
            "the pilots were never asked",
        ),
        ("The pilots were never asked, according to two diplomats.", "two diplomats", "The pilots were never asked"),
        (
            "The fleet, according to analysts, will leave by May.",
            "analysts",
            "The fleet, according to analysts, will leave by May",
        ),
        ("Moscow rejected the proposal outright.", "Government of Russia", "the proposal"),
        (
            "From Tokyo’s perspective, the patrols change nothing.",
            "Government of Japan",
            "the patrols change nothing",
        ),
        (
            "In the view of several analysts, the patrols change nothing.",
            "several analysts",
            "the patrols change nothing",
        ),
        (
            "Critics described the plan as “a bridge to nowhere”.",
            "critics",
            "the plan as “a bridge to nowhere”",
        ),
        ("The plan was condemned by opposition leaders.", "opposition leaders", "The plan"),
        ("Beijing’s claim that the reef is an island has few takers.", "Government of China", "the reef is an island"),
        ("Ilen Dara vowed to reopen the port.", "Ilen Dara", "to reopen the port"),
        ("Most of the fleet has reportedly sailed.", "unspecified reports", "Most of the fleet has reportedly sailed"),
    ],
)
def test_who_says_what(text, speaker, content):
    assert brief(only(text)) == (speaker, content)


@pytest.mark.parametrize(
    "text",
    [
        "The strategy suggests that the fleet will stay in port.",
        "The report on the harbour was late and the pilots went home.",
        "The so-called “iron gate” was closed for a day.",
        "The ministry declined to comment on the matter.",
        "The minister did not say whether the port would open.",
        "Boats were reported by nobody, and none came.",
        "A treaty that would say more has yet to be written.",
        "He would argue with anyone.",
    ],
)
def test_what_is_no_statement(text):
    assert statements(text) == []


def test_a_quotation_split_by_its_attribution_is_one_statement():
    own = only("“There is,” Petra Hollin said, pausing for a moment, “no quiet sky here.”")
    assert brief(own) == ("Petra Hollin", "“There is,” Petra Hollin said, pausing for a moment, “no quiet sky here.”")
    assert own["mode"] == "direct"


def test_a_quotation_goes_on_over_paragraphs():
    text = (
        "“We had eleven boats on the first night,” Petra Hollin said. “On the second we had four.\n\n"
        "“On the third they called us first.\n\n"
        "“I took that as progress.”\n\n"
        "The harbour was quiet."
    )
    found = statements(text)
    assert [own["speaker"]["canonical"] for own in found] == ["Petra Hollin"] * 4
    assert [own["mode"] for own in found] == ["direct"] * 4
    assert found[-1]["at"]["exact"] == "“I took that as progress.”"


def test_single_marks_are_no_apostrophes():
    own = only("‘They don’t own the workers’ port,’ said Petra Hollin.")
    assert brief(own) == ("Petra Hollin", "‘They don’t own the workers’ port,’")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("“The port is shut,” Petra Hollin said.", "direct"),
        ("Petra Hollin said the port was “shut for good”.", "mixed"),
        ("Petra Hollin said the port was shut.", "paraphrase"),
    ],
)
def test_the_mode(text, mode):
    assert only(text)["mode"] == mode


def test_pronouns_roles_and_last_names():
    text = (
        "Navy Secretary Petra Hollin said the strait was open. She added that it would remain so.\n\n"
        "A senior naval officer said the mines were old. The officer said nobody had counted them.\n\n"
        "Hollin denied that there were any."
    )
    assert [own["speaker"]["canonical"] for own in statements(text)] == [
        "Petra Hollin",
        "Petra Hollin",
        "senior naval officer",
        "senior naval officer",
        "Petra Hollin",
    ]


def test_a_capital_that_the_text_introduces_stands_for_its_government():
    text = "Karsk, the capital of Varenia, was quiet. Karsk insists that the boats will stay."
    own = only(text)
    assert own["speaker"]["canonical"] == "Government of Varenia"
    assert own["speaker"]["named"] is True


def test_two_verbs_with_one_subject():
    found = statements("Ilen Dara criticised the talks as “a theatre” and advocated new patrols in the strait.")
    assert [brief(own) for own in found] == [
        ("Ilen Dara", "the talks as “a theatre”"),
        ("Ilen Dara", "new patrols in the strait"),
    ]


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("A diplomat quoted by The Ambel Herald said the port was shut.", ["The Ambel Herald", "diplomat"]),
        ("The Ambel Herald reported that two officials had resigned.", ["The Ambel Herald"]),
        (
            "According to The Ambel Herald, a defence source said the port was shut.",
            ["The Ambel Herald", "defence source"],
        ),
        ("The Ambel Herald quoted a pilot as saying the port was shut.", ["The Ambel Herald", "pilot"]),
        ("In comments reported by The Ambel Herald, Ilen Dara rejected the plan.", ["The Ambel Herald", "Ilen Dara"]),
        (
            "The Ambel Herald reported, citing two officials, that the port was shut.",
            ["The Ambel Herald", "two officials"],
        ),
    ],
)
def test_through_whom_it_came(text, chain):
    assert only(text)["chain"] == chain


def test_the_page_is_the_outer_end_of_the_chain_and_an_unnamed_source_keeps_its_outlet():
    page = (
        "We use cookies on Gull News\n\nTalks on the strait go on\n\n"
        "The Ambel Herald reported on Monday that the port was shut.\n\n"
        "One defence source called the plan “hypothetical”.\n\n"
        "Ilen Dara said it was not.\n\n"
        "© Strait Review\n"
    )
    found = read(page.encode(), "page.txt").to_dict()["statements"]
    assert [own["chain"] for own in found] == [
        ["Gull News", "Strait Review", "The Ambel Herald"],
        ["Gull News", "Strait Review", "The Ambel Herald", "defence source"],
        ["Gull News", "Strait Review", "Ilen Dara"],
    ]


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("Ilen Dara told reporters that the port was shut.", "public"),
        ("A defence source said the port was shut.", "private"),
        ("Ilen Dara privately conceded that the port was shut.", "private"),
        ("An adviser, speaking on condition of anonymity, said the port was shut.", "private"),
        ("Critics believe that the port was shut.", "unstated"),
    ],
)
def test_the_channel(text, channel):
    assert only(text)["channel"] == channel


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Ilen Dara denied that the port was shut.", "negate"),
        ("Ilen Dara said the port would not be shut.", "negate"),
        ("Ilen Dara said the port was shut.", "affirm"),
        ("Ilen Dara said the dispute was not merely local but wider.", "affirm"),
    ],
)
def test_the_polarity(text, polarity):
    assert only(text)["polarity"] == polarity


def test_hedges_are_listed_once_in_order():
    assert only("Officials said boats might possibly sail and might not return.")["hedges"] == ["might", "possibly"]


def test_turns_of_a_transcript():
    text = (
        "COLONEL VENN: The launch was at dawn. It fell into the sea.\n\n"
        "Q (Radio Sund): The ministry says it carried no warhead. Is that so?\n\n"
        "COLONEL VENN: I cannot confirm it."
    )
    found = statements(text)
    assert [(own["speaker"]["canonical"], own["mode"]) for own in found] == [
        ("Venn", "direct"),
        ("ministry", "paraphrase"),
        ("Venn", "direct"),
    ]
    assert found[1]["chain"] == ["Radio Sund", "ministry"]
    assert found[0]["at"]["exact"] == "The launch was at dawn. It fell into the sea."


def test_a_headline_is_no_statement():
    assert statements("The port was quiet.", head="Minister says the strait will stay open for all") == []


def test_spans_count_code_points_beyond_the_basic_plane():
    text = "🚢🚢 Strait open\n\nIlen Dara said the 🚢 would sail.\n"
    (own,) = read(text.encode(), "page.txt").to_dict()["statements"]
    assert text[own["at"]["start"] : own["at"]["end"]] == own["at"]["exact"] == "the 🚢 would sail"


def test_the_same_page_gives_the_same_object():
    text = b"Talks go on for another day\n\nIlen Dara said the port was shut. Critics disagreed, officials said.\n"
    assert read(text, "a.txt").to_dict() == read(text, "a.txt").to_dict()


def test_the_object_is_the_one_of_the_design():
    own = read(b"Talks go on for another day\n\nIlen Dara said the port was shut.\n", "a.txt").to_dict()
    assert set(own) == {"document", "dropped", "statements"}
    assert set(own["document"]) == {"title", "outlet", "aggregator", "dates", "sha256"}
    (statement,) = own["statements"]
    assert list(statement) == [
        "id", "at", "speaker", "chain", "cue", "mode", "channel", "hedges", "polarity", "accepted",
    ]  # fmt: skip
    assert set(statement["at"]) == {"start", "end", "exact"}
    assert set(statement["speaker"]) == {"text", "canonical", "named", "kind", "role"}
