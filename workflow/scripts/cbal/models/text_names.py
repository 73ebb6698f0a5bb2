"""Names of the encoders of texts, and where each is, without importing it."""

TFIDF, SENTENCES = "tfidf", "sentence-transformers"
# Modules with a function `encode`; another encoder of texts is a line here.
ENCODERS = {TFIDF: "cbal.models.tfidf", SENTENCES: "cbal.models.sentences"}
INSTALL_TEXT = "python -m pip install -c envs/constraints.txt -r envs/requirements-text.txt"
