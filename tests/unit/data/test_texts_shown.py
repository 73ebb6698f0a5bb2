"""What shows a text."""

import numpy as np
import pyarrow as pa

from cbal.data.texts_shown import ShownTexts

TEXTS = ["  lost card\n", "", "lost key", "change pin", "change code"]


def shown():
    index = pa.table({"source": [f"t.csv/{i}" for i in range(5)]})
    return ShownTexts(index, pa.chunked_array([TEXTS[:2], TEXTS[2:]]))


def test_a_text_is_shown_by_its_words_and_an_empty_one_by_its_name():
    assert shown()[np.array([0, 1, 3])] == ["lost card", "t.csv/1", "change pin"]
    assert shown().words(2, 4) == "lost"
    assert shown().noun == "text"
    assert not any(shown().pictures)


def test_words_tell_clusters_apart():
    assert shown().telling([np.array([0, 2]), np.array([3, 4])]) == [["lost"], ["change"]]
