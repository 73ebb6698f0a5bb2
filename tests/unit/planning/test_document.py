import pytest
import yaml

from orchestration.planning.document import PAGE, page
from orchestration.planning.schema import read_schema


def test_the_page_of_the_settings_is_current():
    assert PAGE.read_text() == page(read_schema()), "run `make docs`"


def names_below(key):
    """All names of keys below a part of the schema."""
    found = set(key.get("properties", {}))
    below = [*key.get("properties", {}).values(), key.get("items"), key.get("additionalProperties")]
    for part in below:
        if isinstance(part, dict):
            found |= names_below(part)
    return found


def test_every_key_of_the_schema_is_on_the_page():
    text = page(read_schema())
    written = {name.split(".")[-1] for name in (row.split("`")[1] for row in rows(text))}
    assert names_below(read_schema()) <= written


def rows(text):
    return [line for line in text.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("{type: integer, minimum: 1}", "| `it` | integer, at least 1 |  |  |"),
        ("{type: number, exclusiveMinimum: 0, maximum: 1}", "| number, above 0, at most 1 |"),
        ("{type: [string, 'null'], default: null}", "| `it` | text or `null` | `null` |"),
        ("{type: boolean, default: false}", "| `it` | `true` or `false` | `false` |"),
        ("{enum: [a, 2, null]}", "| `it` | `a`, `2`, `null` |"),
        ("{type: array, items: {enum: [a, b]}, default: []}", "| `it` | list of `a`, `b` | `[]` |"),
        ("{anyOf: [{type: integer}, {enum: [head]}]}", "| `it` | integer or `head` |"),
        ("{$ref: '#/$defs/part'}", "| `it` | text |  | A part of a path. |"),
        ("{description: 'this | that'}", "|  | this \\| that. |"),
    ],
)
def test_a_key_is_a_row(key, row):
    schema = {
        "properties": {"it": yaml.safe_load(key)},
        "$defs": {"part": {"type": "string", "description": "A part of a path."}},
    }
    assert row in page(schema)


def test_a_key_that_must_be_given_says_so_and_lists_have_rows_of_their_own():
    step = {"properties": {"strategy": {"type": "string"}}, "required": ["strategy"]}
    of_scenario = {"properties": {"steps": {"type": "array", "items": step}}}
    text = page({"properties": {"scenarios": {"additionalProperties": of_scenario}}})
    assert "## `scenarios: NAME:`" in text
    assert "| `steps[].strategy` | text | *required* |" in text
