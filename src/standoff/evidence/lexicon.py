"""Words of reporting in English: verbs by the form of what they report, nouns, hedges, words that end a report.

A verb's class says what may follow it:

- ``say``: a clause or a quotation ("said that ...", "said it would ...", "..., he said");
- ``as``: an object with *as* ("described the mission as hypothetical");
- ``object``: a noun phrase that is itself what is reported ("rejected the idea", "called for talks");
- ``to``: an infinitive that is promised or asked for ("vowed to respond", "urged both sides to stop").

A verb may be in several classes. `CAUTIOUS` verbs are as often said of things ("the strategy suggests that"), so they
count only with a subject that can speak.
"""

from __future__ import annotations

from standoff.evidence.vocabulary import listed

_SAY = listed(
    """say add argue claim insist assert maintain state declare announce note stress emphasise emphasize explain
    acknowledge admit concede confirm deny suggest indicate report believe think contend allege reiterate repeat
    reaffirm recall remark observe comment reply respond answer ask promise pledge vow threaten predict fear
    conclude caution estimate assess reveal disclose signal write tweet post demand testify complain protest
    counter hint tell inform brief assure remind warn agree hold underline underscore point boast joke quip
    retort lament charge accuse propose recommend speculate speak_out describe call understand expect hope judge
    doubt find"""
)
_AS = listed(
    """describe frame portray cast characterise characterize depict label brand dismiss denounce condemn criticise
    criticize hail praise view regard see present reject ridicule deride welcome decry mock interpret read"""
)
_OBJECT = listed(
    """reject deny dismiss criticise criticize condemn denounce welcome praise endorse oppose advocate propose
    demand urge announce confirm question threaten pledge promise reaffirm reiterate rule_out call_for call_on
    leave_open defend support blame accuse warn_of warn_against object_to back decry deplore refute dispute
    recommend express voice stress acknowledge admit underline emphasise emphasize predict caution_against
    insist_on argue_for argue_against speak_of hint_at describe call hail applaud commend reveal disclose allege
    doubt accept"""
)
_TO = listed("""vow threaten pledge promise urge offer ask call_on warn tell order demand agree propose refuse""")
_CAUTIOUS = listed(
    """suggest indicate signal reveal show reflect underline underscore confirm believe think see view regard
    present cast frame leave_open support back question call hold point estimate assess judge fear expect hope
    oppose agree offer threaten promise describe understand refuse post order recall repeat observe answer
    defend demand conclude stress express voice counter interpret charge praise welcome label brand dispute
    refute find doubt read accept"""
)

# Forms that are not built by the rules of `_forms`: (lemma, third person, past, participle, -ing)
_IRREGULAR = {
    "say": ("says", "said", "said", "saying"),
    "tell": ("tells", "told", "told", "telling"),
    "think": ("thinks", "thought", "thought", "thinking"),
    "write": ("writes", "wrote", "written", "writing"),
    "hold": ("holds", "held", "held", "holding"),
    "see": ("sees", "saw", "seen", "seeing"),
    "cast": ("casts", "cast", "cast", "casting"),
    "understand": ("understands", "understood", "understood", "understanding"),
    "admit": ("admits", "admitted", "admitted", "admitting"),
    "rule": ("rules", "ruled", "ruled", "ruling"),
    "leave": ("leaves", "left", "left", "leaving"),
    "speak": ("speaks", "spoke", "spoken", "speaking"),
    "quip": ("quips", "quipped", "quipped", "quipping"),
    "read": ("reads", "read", "read", "reading"),
    "find": ("finds", "found", "found", "finding"),
    "put": ("puts", "put", "put", "putting"),
    "make": ("makes", "made", "made", "making"),
}
_NOUN_LIKE = listed(
    """claim report state demand call comment promise note answer question view estimate post hope fear threaten
    pledge signal protest counter support stress brief point charge cast label brand frame present offer order
    voice doubt find read"""
)


def _forms(lemma: str) -> tuple[str, str, str, str]:
    """Third person, past, participle, -ing."""
    if lemma in _IRREGULAR:
        return _IRREGULAR[lemma]
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
    past, ing = lemma + "ed", lemma + "ing"
    if lemma.endswith("y") and lemma[-2] not in "aeo":
        third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
    elif lemma.endswith("e"):
        past, ing = lemma + "d", lemma[:-1] + "ing"
    return third, past, past, ing


def _table() -> dict[str, tuple[str, str]]:
    """Every form with its lemma (without particle) and kind: base, third, past, ing."""
    table: dict[str, tuple[str, str]] = {}
    lemmas = {verb.partition("_")[0] for verb in (*_SAY, *_AS, *_OBJECT, *_TO)} | {"put", "make"}
    for lemma in sorted(lemmas):
        third, past, participle, ing = _forms(lemma)
        for form, kind in ((lemma, "base"), (participle, "past"), (past, "past"), (third, "third"), (ing, "ing")):
            table.setdefault(form, (lemma, kind))
        if lemma == "cast":
            table[lemma] = (lemma, "past")
    return table


VERBS = _table()
SAY, AS, OBJECT, TO = frozenset(_SAY), frozenset(_AS), frozenset(_OBJECT), frozenset(_TO)
CAUTIOUS = frozenset(_CAUTIOUS)
NOUN_LIKE = frozenset(_NOUN_LIKE)
PARTICLES = listed("out for on open of against to at")
ADDRESSED = frozenset(("tell", "inform", "brief", "assure", "remind", "warn", "ask"))  # may name who was told
BELIEFS = listed("""believe think fear view regard see hope expect understand judge hold agree doubt read""")
REFUSALS = listed("reject deny dismiss oppose refute dispute rule_out refuse")
# Speech acts that a verb names, in the words of the ledger
ACTS_OF = {
    **dict.fromkeys(("threaten", "vow"), "threat"),
    **dict.fromkeys(("warn", "caution", "warn_of", "warn_against", "caution_against"), "warning"),
    **dict.fromkeys(("propose", "advocate", "recommend", "offer", "call_for", "urge", "argue_for"), "proposal"),
    **dict.fromkeys(("reveal", "disclose", "admit", "acknowledge", "concede", "attributed"), "disclosure"),
    **dict.fromkeys(("assess", "estimate", "judge", "predict"), "assessment"),
}

# "X's claim that", "a warning from X that": what the noun reports follows it
NOUNS = listed(
    """claim claims narrative argument assertion insistence view belief warning warnings statement contention
    position allegation allegations accusation assessment conclusion admission acknowledgement acknowledgment
    promise pledge vow threat threats demand announcement declaration assurance assurances suggestion prediction
    complaint estimate remark comment message verdict judgment judgement fear fears hope hopes conviction stance
    line"""
)
TO_NOUNS = listed("threat threats promise pledge vow offer demand call refusal plan proposal decision")
# What somebody said or wrote, as the subject of a verb: "the ministry's statement said", "his remarks left open"
SPEECH = listed(
    """statement statements remarks remark comments comment speech address letter post tweet message report reports
    interview communique communiqué memo note notice release bulletin document paper briefing editorial
    declaration words announcement dispatch account article broadcast study"""
)
PERSPECTIVE = listed(
    """perspective view viewpoint standpoint opinion eyes judgment judgement assessment words telling account"""
)
ANAPHORS = listed(
    """disclosure claim report statement remark remarks comment comments assessment account information figure
    figures story"""
)

HEDGES = listed(
    """unlikely likely may might could possibly possible possibility potential potentially appears appear appeared
    seems seem seemed reportedly allegedly purportedly supposedly apparently probably perhaps risks risk
    likelihood presumably conceivably arguably tentatively roughly approximately estimated unconfirmed"""
)
HEDGE_WORDS = frozenset(HEDGES)
HEARSAY = frozenset(["reportedly", "allegedly", "purportedly", "supposedly"])
NEGATIONS = listed("not no never nor cannot neither ’t 't without_any")
NOT_ONLY = frozenset(["only", "merely", "just", "simply", "solely", "necessarily"])

AUXILIARIES = listed(
    """has have had is are was were be been being will would can could may might must should shall do does did
    cannot ’s 's ’ve 've ’d 'd ’ll 'll ’re 're"""
)
HAVE = listed("has have had ’s 's ’ve 've ’d 'd having")
BE = listed("is are was were be been being ’re 're ’s 's")
MODALS = listed("will would can could may might must should shall cannot ’ll 'll")
ADVERBS = listed(
    """also again still now since then later earlier already once first never always often further too meanwhile
    instead yesterday today not n’t thus"""
) | {"repeatedly", "reportedly"}
LEADERS = listed(
    """however meanwhile yet but and so then still also instead nonetheless nevertheless moreover furthermore
    conversely separately ultimately finally later earlier today yesterday tonight indeed similarly likewise
    thus therefore besides privately publicly officially here now afterwards or because since while as although
    though when if whereas that even"""
)
CLAUSE_OPENERS = listed(
    """but yet while whereas although though because when if unless until after before since as where that which
    who whom whose"""
)
CONTRASTS = frozenset(["but", "yet", "while", "whereas", "although", "though", "even"])
# ", reflecting doubts": the narrator goes on about the report
COMMENTS = listed(
    """reflecting underscoring underlining signalling signaling suggesting highlighting prompting raising citing
    recalibrating echoing drawing sparking fuelling fueling illustrating indicating marking adding saying
    warning noting arguing stressing insisting claiming attributing telling calling describing exposing
    deepening setting speaking referring pointing"""
)
EVALUATED = listed(
    """regarded seen viewed considered believed thought understood expected reported said rumoured rumored alleged"""
)
TIMES = listed(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december morning afternoon evening night week weekend month year day hour hours
    today yesterday tonight tomorrow earlier later ago late early last this past"""
)
OCCASIONS = SPEECH | listed(
    """conference press news television tv radio parliament channel call visit meeting summit session hearing email
    e-mail x twitter telegram facebook condition anonymity phone testimony website platform reply response
    remarks"""
)
PREPOSITIONS = listed(
    """of in on at to for from by with within during after before under over about against between among through
    via into near across despite without amid following since outside inside around along"""
)
