"""Exports carry every statement, and can be read by programs that know nothing of us."""

import csv
import io
import json

import pytest

from standoff.evidence.export import COLUMNS, defused, json_ld, ledger_csv
from standoff.evidence.ledger import loads_ledger
from unit.evidence.a_ledger import TEXT

RISKY = TEXT.replace("we would strike them", "=HYPERLINK(1)").replace("text: an official", 'text: "  +1"')


@pytest.fixture(scope="module")
def ledger():
    return loads_ledger(RISKY, digest="c" * 64)


def test_every_statement_is_in_the_table_with_its_numbers(ledger):
    rows = list(csv.DictReader(io.StringIO(ledger_csv(ledger))))
    assert [row["id"] for row in rows] == ["S1", "S2", "S3", "S4"]
    first, second, third, fourth = rows
    assert (first["start"], first["end"], first["named"], first["accepted"]) == ("10", "31", "true", "true")
    assert (first["reliability"], first["credibility"], first["supports"]) == ("B", "4", "C1")
    assert (second["supports"], second["contradicts"], third["accepted"]) == ("C2", "C1", "")
    assert fourth["retracted_by"] == "The Paper"
    assert tuple(first) == COLUMNS


def test_no_cell_is_a_formula(ledger):
    cells = [cell for row in csv.reader(io.StringIO(ledger_csv(ledger))) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert "'=HYPERLINK(1)" in cells
    assert [defused(cell) for cell in ("@x", "-1", "\tx", "x=1", "", 5)] == ["'@x", "'-1", "'\tx", "x=1", "", 5]


def test_json_ld_holds_every_statement_claim_and_agent(ledger):
    graph = json_ld(ledger)["so:holds"]
    kinds = [entry["@type"] if isinstance(entry["@type"], str) else entry["@type"][0] for entry in graph]
    assert [kinds.count(kind) for kind in ("oa:Annotation", "schema:Claim", "prov:Agent")] == [4, 2, 5]
    identifiers = {entry["@id"] for entry in graph}
    assert len(identifiers) == len(graph)
    links = {inner["@id"] for entry in graph for inner in _inner(entry) if set(inner) == {"@id"}}
    assert links <= identifiers
    assert json.loads(json.dumps(json_ld(ledger), allow_nan=False)) == json_ld(ledger)


def _inner(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _inner(inner)
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _inner(inner)


def test_another_program_reads_the_json_ld(ledger):
    jsonld = pytest.importorskip("pyld.jsonld")
    (expanded,) = jsonld.expand(json_ld(ledger))
    held = expanded["urn:standoff:ledger#holds"]
    statements = [entry for entry in held if "http://www.w3.org/ns/oa#Annotation" in entry["@type"]]
    assert len(statements) == 4
    selectors = [
        selector
        for entry in statements
        for target in entry["http://www.w3.org/ns/oa#hasTarget"]
        for selector in target["http://www.w3.org/ns/oa#hasSelector"]
    ]
    starts = [
        s["http://www.w3.org/ns/oa#start"][0]["@value"] for s in selectors if "http://www.w3.org/ns/oa#start" in s
    ]
    assert starts == [10, 40, 80, 95]


@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:rdflib")
def test_a_graph_library_reads_the_json_ld(ledger):
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph()
    graph.parse(data=json.dumps(json_ld(ledger)), format="json-ld")
    oa = rdflib.Namespace("http://www.w3.org/ns/oa#")
    assert len(set(graph.subjects(rdflib.RDF.type, oa.Annotation))) == 4
