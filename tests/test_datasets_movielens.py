"""MovieLens: the columns of a data frame, out of a pickle that is never unpickled."""

import lzma
import pickle

import numpy as np
import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets import fetch, movielens, registry

# ---------------------------------------------------------------------------------------------
# Reading


class Trap:
    """What an unpickler would do with it: write a file."""

    def __init__(self, file):
        self.file = str(file)

    def __reduce__(self):
        return open, (self.file, "w")


def frame(tmp_path, *others):
    """A file with the blocks of the package's data frame, of four ratings of three films."""
    years, stars = [1995.0, 1999, np.nan, 1995], [4.0, 3.5, 0.5, 5]
    numbers = [[0, 1, 2, 3], [1, 48, 5, 1], [7, 7, 7, 9], [60, 0, 9000, 30]]
    texts = [
        ["Toy Story", "Café, Le", float("nan"), "Toy Story"],
        ["Comedy", "Drama|War", "Drama|War", "Comedy"],
    ]
    content = (
        *others,
        bytearray(np.array([years, stars], "<f8").tobytes()),
        bytearray(np.array(numbers, "<i8").tobytes()),
        (1, (2, 4), None, False, [*texts[0], *texts[1]]),
        [["a list that is not of the frame"]],
    )
    file = tmp_path / "movielens.pkl.compress"
    file.write_bytes(lzma.compress(pickle.dumps(content, protocol=5)))
    return file


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "path", lambda name: frame(tmp_path))
    return datasets.load_movielens()


def test_the_columns_are_read_in_order(small):
    assert small.films.tolist() == [1, 48, 5, 1]
    assert small.users.tolist() == [7, 7, 7, 9]
    assert small.stars.tolist() == [4.0, 3.5, 0.5, 5.0]
    assert small.times.tolist() == [60, 0, 9000, 30]
    assert len(small) == 4


def test_each_film_has_a_title_with_its_year_and_its_genres(small):
    assert small.titles == {1: "Toy Story (1995)", 48: "Café, Le (1999)", 5: "(no title)"}
    assert small.genres == {1: "Comedy", 48: "Drama|War", 5: "Drama|War"}


def test_nothing_in_the_file_is_carried_out(tmp_path):
    trap = tmp_path / "trap"
    file = frame(tmp_path, Trap(trap))
    assert len(movielens._read(file)) == 4
    assert not trap.exists()
    pickle.loads(lzma.decompress(file.read_bytes()))[0].close()
    assert trap.exists(), "the trap does not work, so that the test says nothing"


# ---------------------------------------------------------------------------------------------
# The real ratings


@pytest.fixture(scope="module")
def ratings():
    try:
        datasets.path("movielens")
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")
    assert fetch.state(registry.find("movielens")) == fetch.AVAILABLE
    return datasets.load_movielens()


@pytest.mark.network
def test_there_are_100004_ratings_of_9066_films_by_671_users(ratings):
    assert len(ratings) == 100_004
    assert len(set(ratings.users.tolist())) == 671
    assert set(ratings.films.tolist()) == ratings.titles.keys() == ratings.genres.keys()
    assert len(ratings.titles) == 9_066


@pytest.mark.network
def test_ratings_are_half_stars_and_of_the_years_1995_to_2016(ratings):
    assert set(ratings.stars.tolist()) == {x / 2 for x in range(1, 11)}
    years = ratings.times.astype("datetime64[s]").astype("datetime64[Y]").astype(str)
    assert set(years.tolist()) == {str(year) for year in range(1995, 2017)}


@pytest.mark.network
def test_every_user_has_rated_at_least_20_films_and_none_twice(ratings):
    _, counts = np.unique(ratings.users, return_counts=True)
    assert counts.min() == 20
    pairs = set(zip(ratings.users.tolist(), ratings.films.tolist(), strict=True))
    assert len(pairs) == len(ratings)


@pytest.mark.network
def test_films_have_the_titles_and_genres_that_one_knows(ratings):
    assert ratings.titles[1] == "Toy Story (1995)"
    assert ratings.titles[318] == "Shawshank Redemption, The (1994)"
    assert ratings.genres[1] == "Adventure|Animation|Children|Comedy|Fantasy"
    assert all(isinstance(text, str) and text for text in ratings.titles.values())
    assert sum(title == "(no title)" for title in ratings.titles.values()) == 5
