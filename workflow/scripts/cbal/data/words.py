"""Words of a text, of any script that puts blanks between them."""

import re

# Marks that belong to the letter before them, which `\w` leaves out: of Latin, Cyrillic, Hebrew,
# Arabic, of the scripts of India, and of Thai, Lao, Tibetan, Burmese and Khmer.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7"
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82"
    "\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d57"
    "\u0d81-\u0d83\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"
    "\u0f71-\u0f84\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
)
WORD = re.compile(rf"[^\W_](?:[\w{MARKS}]|['’\u200c\u200d](?=\w))*")


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, without differences of case."""
    return [match[0].casefold() for match in WORD.finditer(text)]
