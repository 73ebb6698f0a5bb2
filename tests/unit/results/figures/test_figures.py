import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.offsetbox import TextArea

from cbal.data.texts_shown import ShownTexts
from cbal.results.figures.budget import accuracy_figure, clusters_figure
from cbal.results.figures.gallery import gallery_figure
from cbal.results.figures.style import looks, percent, read_metrics, save
from cbal.storage.files import write_table


@pytest.fixture
def table():
    found = []
    for dataset in ("a", "b"):
        for scenario in ("random", "cluster"):
            for seed in (0, 1):
                for r in (1, 2, 3):
                    clustered = scenario == "cluster"
                    found.append(
                        {
                            "dataset": dataset,
                            "scenario": scenario,
                            "seed": seed,
                            "round": r,
                            "interactions": 10 * r,
                            "interactions_cluster": 10 * r * clustered,
                            "images_cluster": 100 * r * clustered,
                            "cluster_accuracy": 0.9 if clustered else None,
                            "test_accuracy": 0.5 + 0.1 * r + 0.01 * seed,
                        }
                    )
        found.append(
            {
                "dataset": dataset,
                "scenario": "supervised",
                "seed": 0,
                "round": 0,
                "interactions": 1000,
                "interactions_cluster": 0,
                "test_accuracy": 0.95,
            }
        )
    return pa.Table.from_pylist(found)


@pytest.fixture
def metrics(table):
    frame = table.to_pandas()
    return frame.assign(budget=frame["interactions"].astype(float))


def only(metrics, scenario):
    return metrics[metrics["scenario"] == scenario]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_accuracy_has_two_panels_a_data_set_and_one_legend(metrics):
    figure = accuracy_figure(metrics, {"a": "Letters"})
    assert [ax.get_title() for ax in figure.axes] == [
        "Letters",
        "Letters, zoomed to the top",
        "b",
        "b, zoomed to the top",
    ]
    assert legend(figure) == ["random", "cluster", "supervised", "within 0.01 of supervised"]
    whole, zoomed = figure.axes[:2]
    assert zoomed.get_ylim()[0] > whole.get_ylim()[0]
    means = whole.lines[0].get_ydata()
    np.testing.assert_allclose(means, [0.605, 0.705, 0.805])
    assert whole.get_xlim()[1] < 1000  # the supervised budget does not squeeze the curves


def test_clusters_shows_only_scenarios_with_clusters(metrics):
    figure = clusters_figure(metrics, {})
    assert legend(figure) == ["cluster"]
    np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), [100, 200, 300])


def test_a_scenario_looks_the_same_in_all_figures(metrics):
    expected = looks(metrics)
    assert list(expected) == ["random", "cluster"]
    for figure in (accuracy_figure(metrics, {}), clusters_figure(metrics, {})):
        for line in (line for ax in figure.axes for line in ax.lines):
            if line.get_label() in expected:
                assert line.get_marker() == expected[line.get_label()]["marker"]
                assert line.get_color() == expected[line.get_label()]["color"]


def test_the_papers_scenarios_look_the_same_in_every_sweep():
    few, more = (
        looks(pd.DataFrame({"scenario": names, "interactions_cluster": asked}))
        for names, asked in (
            (["cluster", "random"], [10, 0]),
            (["margin", "random", "typiclust", "uncertain", "cluster"], [0, 0, 0, 0, 10]),
        )
    )
    assert {name: more[name] for name in few} == few
    assert len({one["marker"] for one in more.values()}) == 5
    assert [bool(more[name]["dashes"]) for name in ("margin", "random", "cluster")] == [1, 1, 0]


def test_percent_has_no_more_digits_than_the_number(metrics):
    figure = accuracy_figure(metrics, {})
    figure.canvas.draw()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert {"60%", "80%"} <= set(labels)
    assert percent(0.925) == "92.5%"


def test_many_scenarios_have_colours_of_their_own():
    for n in (10, 12, 30):
        look = looks(pd.DataFrame({"scenario": [f"scenario {i}" for i in range(n)]}))
        assert len({tuple(one["color"]) for one in look.values()}) == n


def test_many_scenarios_have_a_panel_each(metrics):
    parts = [metrics[metrics["scenario"] == "supervised"]]
    for i in range(9):
        run = metrics[metrics["scenario"] == "random"]
        higher = run["test_accuracy"] + 0.01 * i
        parts.append(run.assign(scenario=f"scenario {i}", test_accuracy=higher))
    figure = accuracy_figure(pd.concat(parts), {})
    panels = [ax.get_title() for ax in figure.axes]
    assert panels == 2 * [f"scenario {i}" for i in range(8, -1, -1)]
    lines = ["the other scenarios", "supervised", "within 0.01 of supervised"]
    assert legend(figure) == lines
    assert len(figure.axes[0].lines) == 8 + 1 + 2


@pytest.mark.parametrize(("far", "cut"), [(0.3, True), (-0.05, False)])
def test_a_scenario_far_below_does_not_flatten_the_panels_of_the_others(metrics, far, cut):
    run = only(metrics[metrics["dataset"] == "a"], "random")
    runs = [run.assign(scenario=f"scenario {i}") for i in range(8)]
    low = run.assign(scenario="low", test_accuracy=run["test_accuracy"] - 0.2 - far)
    figure = accuracy_figure(pd.concat([*runs, low]), {})
    panels = {ax.get_title(): ax for ax in figure.axes}
    bottom = panels["scenario 0"].get_ylim()[0]
    said = [text.get_text() for text in panels["low"].texts]
    if cut:
        assert 0.5 < bottom < 0.6
        assert said == ["below the scale:\n10.5% to 30.5%"]
    else:
        assert bottom < 0.46
        assert said == []
    assert not panels["scenario 0"].texts


@pytest.mark.parametrize(("first", "from_zero"), [(0, True), (900, False)])
def test_numbers_of_labels_start_at_zero_unless_that_hides_their_shape(metrics, first, from_zero):
    shown = metrics.assign(images_cluster=metrics["images_cluster"] / 10 + first)
    low = clusters_figure(shown, {}).axes[1].get_ylim()[0]
    assert (low == 0) == from_zero


@pytest.mark.parametrize("baseline", [0.6, 0.81, 0.95, None])
def test_the_zoom_shows_less_than_the_whole(metrics, baseline):
    is_baseline = metrics["scenario"] == "supervised"
    shown = metrics.assign(test_accuracy=metrics["test_accuracy"].mask(is_baseline, baseline))
    whole, zoomed = accuracy_figure(shown[~is_baseline | (baseline is not None)], {}).axes[:2]
    low, high = zoomed.get_ylim()
    assert high - low < 0.6 * (whole.get_ylim()[1] - whole.get_ylim()[0])
    assert low < 0.805 < high  # the top of the curves


@pytest.mark.parametrize("scenarios", [2, 8, 9])
def test_the_legend_lies_below_the_panels_and_in_none(metrics, scenarios):
    cluster = only(metrics, "cluster")
    more = [cluster.assign(scenario=f"more-{i}") for i in range(scenarios - 2)]
    figure = accuracy_figure(pd.concat([metrics, *more]), {})
    assert len(figure.legends) == 1
    assert [ax.get_legend() for ax in figure.axes] == [None] * len(figure.axes)


def test_the_band_is_a_sample_standard_deviation(metrics):
    band = accuracy_figure(metrics, {}).axes[0].collections[0]
    x, y = band.get_paths()[0].vertices.T
    sd = np.std([0.60, 0.61], ddof=1)
    np.testing.assert_allclose([y[x == 10].min(), y[x == 10].max()], [0.605 - sd, 0.605 + sd])


def test_one_seed_has_no_band(metrics):
    whole = accuracy_figure(metrics[metrics["seed"] == 0], {}).axes[0]
    assert all(len(path.vertices) == 0 for c in whole.collections for path in c.get_paths())
    np.testing.assert_allclose(whole.lines[0].get_ydata(), [0.6, 0.7, 0.8])


def test_seeds_that_differ_by_a_cluster_share_a_budget(table, tmp_path):
    found = table.to_pylist()
    for row in found:
        row["interactions"] += row["seed"]
    path = tmp_path / "metrics.parquet"
    write_table(path, pa.Table.from_pylist(found), titles={"a": "Letters"})
    metrics, titles = read_metrics(path)
    assert titles == {"a": "Letters"}
    curves = metrics["scenario"] != "supervised"
    assert set(metrics["budget"][curves]) == {10.5, 20.5, 30.5}
    assert set(metrics["budget"][~curves]) == {1000}


def test_figures_without_clusters_or_baseline_are_drawn(metrics):
    plain = only(metrics, "random")
    assert legend(accuracy_figure(plain, {})) == ["random"]
    clusters_figure(plain, {})


def test_data_sets_of_unknown_accuracy_are_left_out(metrics):
    of_a = metrics["dataset"] == "a"
    unknown = metrics.assign(test_accuracy=metrics["test_accuracy"].mask(of_a))
    figure = accuracy_figure(unknown, {})
    assert [ax.get_title() for ax in figure.axes] == ["b", "b, zoomed to the top"]
    unknown = metrics.assign(test_accuracy=np.nan)
    assert "Accuracy is not known" in accuracy_figure(unknown, {}).get_suptitle()


def test_a_baseline_alone_is_drawn(metrics):
    accuracy_figure(only(metrics, "supervised"), {})


def gallery(accepted):
    n = len(accepted)
    annotations = {
        "interaction": np.arange(n),
        "size": np.full(n, 5),
        "label": np.array(accepted, float),
        "accepted": np.array([label is not None for label in accepted], bool),
    }
    query = {
        "interaction": np.repeat(np.arange(n), 5),
        "sample_id": np.arange(5 * n),
        "score": np.zeros(5 * n),
    }
    images = np.zeros((5 * n, 8, 8, 1), np.uint8)
    return gallery_figure(query, annotations, images, ["zero", "one"], "Digits")


def texts(figure):
    found = [figure.get_suptitle()]
    for part in figure.subfigs:
        found += texts(part)
    return found + ([figure.get_supxlabel()] if figure.get_supxlabel() else [])


def test_a_gallery_tells_accepted_from_refused():
    found = texts(gallery([1, None, 0]))
    assert "accepted, with their label" in found
    assert "refused" in found
    assert "“one”, 5 images" in found
    assert "5 images" in found


def test_a_gallery_without_refused_clusters_has_one_row():
    assert "refused" not in texts(gallery([1, 0]))
    assert texts(gallery([])) == ["Digits: no cluster was shown in this round"]


def test_a_gallery_goes_from_the_nearest_image_of_the_largest_cluster_on():
    annotations = {
        "interaction": np.array([0, 1, 2]),
        "size": np.array([1, 2, 1]),
        "label": np.array([0.0, 1, 1]),
        "accepted": np.array([True, True, True]),
    }
    query = {
        "interaction": np.array([0, 1, 1, 2]),
        "sample_id": np.array([3, 2, 1, 0]),
        "score": np.array([0.0, 0.9, 0.1, 0.0]),
    }
    images = np.full((4, 8, 8, 1), np.arange(4)[:, None, None, None], np.uint8)
    figure = gallery_figure(query, annotations, images, ["zero", "one"], "Digits")
    shown = [np.unique(ax.images[0].get_array()).tolist() for ax in figure.axes]
    assert shown == [[1, 2, 255], [3, 255]]  # the second cluster of class one is not shown
    assert figure.axes[0].images[0].get_array()[0, 0] == 1


def test_a_figure_has_the_same_bytes_twice(metrics, tmp_path):
    for name in ("one", "two"):
        save(accuracy_figure(metrics, {}), [tmp_path / f"{name}.png", tmp_path / f"{name}.pdf"])
    for form in ("png", "pdf"):
        assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()


def test_of_many_scenarios_with_clusters_those_with_most_labels_have_colours(metrics):
    cluster = only(metrics, "cluster")
    more = [
        cluster.assign(scenario=f"more-{i}", images_cluster=cluster["images_cluster"] + i)
        for i in range(1, 10)
    ]
    figure = clusters_figure(pd.concat([metrics, *more]), {})
    coloured = [f"more-{i}" for i in range(2, 10)]
    assert sorted(legend(figure)) == sorted([*coloured, "the other scenarios"])
    assert len(figure.axes[1].lines) >= 10


def test_the_goal_is_a_line(metrics):
    whole = accuracy_figure(metrics, {}).axes[0]
    goal = next(line for line in whole.lines if "within" in line.get_label())
    np.testing.assert_allclose(goal.get_ydata(), 0.94)


def test_a_title_is_drawn_as_it_is(metrics, tmp_path):
    """Text between two `$` would be a formula, or an error where it is none."""
    title = "$5 \\to_ $"
    for draw in (accuracy_figure, clusters_figure):
        figure = draw(metrics, {"a": title, "b": title})
        assert not any(ax.title.get_parse_math() for ax in figure.axes)
        save(figure, [tmp_path / "figure.png"])


def test_a_gallery_of_texts_shows_how_some_begin():
    class Texts:
        def __getitem__(self, samples):
            return [f"text {i}: costs $5 to $9 " + "word " * 50 for i in samples]

    annotations = {"interaction": np.array([0]), "size": np.array([9])}
    annotations |= {"label": np.array([1.0]), "accepted": np.array([True])}
    query = {"interaction": np.zeros(9), "sample_id": np.arange(9), "score": np.arange(9.0)}
    figure = gallery_figure(query, annotations, Texts(), ["zero", "one"], "Words")
    assert "“one”, 9 samples" in texts(figure)
    shown = [area.get_text() for area in figure.findobj(TextArea)]
    assert [text[:6] for text in shown] == ["text 0", "text 3", "text 6"]
    assert "costs $5" in shown[0]
    figure.canvas.draw()


def test_a_gallery_of_texts_has_the_words_of_a_cluster_above_three_texts():
    index, column = pa.table({"source": ["a"] * 9}), pa.chunked_array([["<b>שלום 😀 $x"] * 9])
    annotations = {"interaction": np.array([4]), "size": np.array([9])}
    annotations |= {"label": np.array([1.0]), "accepted": np.array([True])}
    query = {"interaction": np.full(9, 4), "sample_id": np.arange(9), "score": np.arange(9.0)}
    telling = [[]] * 4 + [["card", "$ost"]]
    shown = ShownTexts(index, column)
    figure = gallery_figure(query, annotations, shown, ["zero", "one"], "Words", telling)
    assert "“one”, 9 texts" in texts(figure)
    areas = [area.get_text() for area in figure.findobj(TextArea)]
    assert areas == ["card, $ost"] + ["<b>שלום 😀 $x"] * 3
    figure.canvas.draw()
