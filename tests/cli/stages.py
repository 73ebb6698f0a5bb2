"""The stages of a run, called by their command lines."""

import pyarrow.parquet as pq

import annotate
import extract_features
import query
import train
import update_pool

MODEL = ["--architecture", "convnet", "--image-size", "8"]
SGD = ["--epochs", "1", "--batch-size", "16", "--learning-rate", "0.05"]
SGD += ["--momentum", "0.9", "--weight-decay", "0.0005"]
CLUSTER = ["--strategy", "cbal.strategies.cluster:select", "--needs", "features"]
CLUSTER += ["--kind", "cluster", "--settings", '{"iterations": 5}']
ENTROPY = ["--strategy", "cbal.strategies.entropy:select", "--needs", "probabilities"]
ENTROPY += ["--kind", "individual"]
RANDOM = ["--strategy", "cbal.strategies.random_choice:select", "--needs"]
RANDOM += ["--kind", "individual"]
GAIN = ["--strategy", "cbal.strategies.gain:select"]
GAIN += ["--needs", "features", "probabilities", "labeled_features", "history"]
GAIN += ["--cold-start", "itself", "--kind", "cluster"]
DIVIDE = ["--strategy", "cbal.strategies.divide:select", "--needs", "features", "history"]
DIVIDE += ["--kind", "cluster"]


class Run:
    """The stages of one run, called by their command lines in a folder."""

    initial = MODEL  # the model that round 1 starts from

    def __init__(self, prepared, folder, cluster_labels="reask"):
        self.data, self.folder = prepared, folder
        self.labels = ["--cluster-labels", cluster_labels]
        self.pool = prepared / "pool-0.parquet"
        self.model, self.members = None, []
        self.extraction, self.pseudo = [], []
        self.past_queries, self.past_annotations = [], []

    def keys(self, round, *step):
        keys = ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--round", str(round)]
        return keys + ["--step", *step] if step else keys

    def round(self, round, *steps, n=6):
        """Run a round with these (strategy arguments) as steps, up to the new pool."""
        out = self.folder / f"round-{round}"
        looks = {CLUSTER[1], GAIN[1], DIVIDE[1]}
        features = self.extract(round) if any(looks & {*s} or self.model for s in steps) else []
        queries, annotations = [], []
        for i, strategy in enumerate(steps, 1):
            asked, answered = out / f"{i}/query.parquet", out / f"{i}/annotations.parquet"
            query.main(
                [*self.keys(round, f"{i}-x"), "--pool", str(self.pool), *strategy, *self.labels]
                + ["--queries", *queries, "--annotations", *annotations]
                + ["--past-queries", *self.past_queries]
                + ["--past-annotations", *self.past_annotations]
                + ["--features", *features, "--interactions", str(n), "--out", str(asked)]
            )
            self.annotate(self.keys(round, f"{i}-x"), asked, answered, (queries, annotations))
            queries.append(str(asked))
            annotations.append(str(answered))
        pool = out / "pool.parquet"
        update_pool.main(
            [*self.keys(round), "--pool", str(self.pool), *self.labels, "--out", str(pool)]
            + ["--queries", *queries, "--annotations", *annotations]
            + (["--pseudo-labels", *self.pseudo, "--features", *features] if self.pseudo else [])
        )
        self.pool = pool
        self.past_queries += queries
        self.past_annotations += annotations
        return out

    def annotate(self, keys, asked, answered, earlier):
        truth = ["--truth", f"{self.data}/truth.parquet"]
        annotate.main(
            [*keys, *truth, "--query", str(asked), "--purity", "0.8", "--out", str(answered)]
        )

    def extract(self, round):
        out = self.folder / f"features-{round}.parquet"
        how = ["--pool", str(self.pool), *self.extraction] if self.model else self.initial
        how = [*how, "--model", *(str(model) for model in (self.model, *self.members) if model)]
        extract_features.main(
            [*self.keys(round), *how, "--images", f"{self.data}/images.npy", "--out", str(out)]
            + ["--index", f"{self.data}/index.parquet", "--timing", f"{out}.timing"]
        )
        return [str(out)]

    def train(self, round, *extra, pool=True):
        out = self.folder / f"train-{round}"
        metrics = out / "metrics.parquet"
        self.model = self.fit(out, round, *extra, "--metrics", str(metrics), pool=pool)
        self.members = []
        return pq.read_table(metrics).to_pylist()

    def train_member(self, round, member):
        """Train another member of an ensemble, which is not evaluated."""
        out = self.folder / f"train-{round}/member-{member}"
        self.members.append(self.fit(out, round, "--member", str(member), "--metrics"))
        return out

    def fit(self, out, round, *extra, pool=True):
        train.main(
            [*self.keys(round), *MODEL, *SGD, *extra, "--model", f"{out}/model.safetensors"]
            + (["--pool", str(self.pool)] if pool else ["--pool"])
            + [word for name in ("index", "truth") for word in (f"--{name}", self.file(name))]
            + ["--images", f"{self.data}/images.npy", "--timing", f"{out}/timing.parquet"]
        )
        return out / "model.safetensors"

    def file(self, name):
        return f"{self.data}/{name}.parquet"
