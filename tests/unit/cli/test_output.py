import pytest

from standoff.cli import output


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "0 %"),
        (1e-12, "0 %"),
        (1e-5, "<0.1 %"),
        (0.001, "0.1 %"),
        (1 / 3, "33.3 %"),
        (0.6, "60 %"),
        (0.9995, ">99.9 %"),
        (1 - 1e-12, "100 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_is_0_or_100_only_where_it_is_that(probability, text):
    assert output.percent(probability) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-1e-15, "0"), (0.7, "0.7"), (-2.0, "-2"), (1 / 3, "0.3333"), (123456.0, "1.235e+05")],
)
def test_numbers_have_four_digits(value, text):
    assert output.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (3.2e-12, "3e-12"), (1e-9, "1e-9"), (0.04, "4e-2")])
def test_tiny_numbers(value, text):
    assert output.scientific(value) == text


def test_a_per_cent_sign_stays_with_its_number():
    for columns in range(40, 60):
        text = output.wrap("word 10 % " * 12, columns)
        assert not any(line.startswith("%") for line in text.splitlines())
        assert "\u00a0" not in text


def test_a_table_wraps_only_its_flexible_column():
    rows = [("a", "one two three four five six seven", "x"), ("bbb", "short", "yy")]
    assert output.table(rows, 24, flexible=1) == (
        "  a    one two three  x\n       four five six\n       seven\n  bbb  short          yy"
    )


def test_control_characters_of_a_file_never_reach_the_terminal(capsys):
    output.say("title \x1b[2Jwiped \u202eturned\nnext\tline")
    assert capsys.readouterr().out == "title \ufffd[2Jwiped \ufffdturned\nnext\ufffdline\n"


def test_json_is_ascii_and_refuses_what_json_has_not(capsys):
    output.say_json({"title": "Überfall\u2028"})
    assert capsys.readouterr().out.isascii()
    with pytest.raises(ValueError, match="Out of range"):
        output.say_json({"x": float("nan")})
