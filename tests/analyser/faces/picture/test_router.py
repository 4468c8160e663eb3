"""Ways over a grid, in rooms small enough to know the answer."""

from analyser.faces.picture.router import Area, Grid, corners

ABOVE, BELOW = Area(4, 0, 4, 2), Area(4, 10, 4, 2)


def _grid(*solid: Area) -> Grid:
    return Grid(20, 12, solid={point for area in (ABOVE, BELOW, *solid) for point in area.points()})


def test_what_stands_straight_below_is_reached_straight() -> None:
    path = _grid().route(ABOVE, BELOW, "a")
    assert path is not None
    assert corners(path) == [(6, 2), (6, 10)]


def test_a_box_between_is_gone_around() -> None:
    between = Area(3, 5, 6, 2)
    path = _grid(between).route(ABOVE, BELOW, "a")
    assert path is not None
    assert not set(path) & set(between.points())


def test_a_wall_from_edge_to_edge_leaves_no_way() -> None:
    assert _grid(Area(0, 5, 20, 1)).route(ABOVE, BELOW, "a") is None


def test_a_border_is_crossed_and_never_followed() -> None:
    grid = _grid(Area(5, 5, 3, 2))
    grid.along_x = {(x, 4) for x in range(21)}
    path = grid.route(ABOVE, BELOW, "a")
    assert path is not None
    on_border = [point for point in path if point[1] == 4]
    assert len(on_border) == 1


def test_two_lines_share_no_point_but_where_they_cross_straight() -> None:
    grid = _grid()
    left, right = Area(0, 5, 2, 2), Area(17, 5, 2, 2)
    grid.solid |= {*left.points(), *right.points()}
    down, across = grid.route(ABOVE, BELOW, "down"), grid.route(left, right, "across")
    assert down is not None
    assert across is not None
    shared = set(down) & set(across)
    assert len(shared) == 1
    (point,) = shared
    for path in (down, across):
        assert point not in corners(path)


def test_lines_to_one_end_join() -> None:
    grid = _grid()
    beside = Area(12, 0, 4, 2)
    grid.solid |= set(beside.points())
    first, second = grid.route(ABOVE, BELOW, "b"), grid.route(beside, BELOW, "b")
    assert first is not None
    assert second is not None
    assert second[-1] == first[-1]
    assert set(first) & set(second)


def test_a_side_without_room_leaves_the_other_ones() -> None:
    grid = _grid(Area(3, 3, 6, 1))
    first, second = grid.route(ABOVE, BELOW, "first"), grid.route(ABOVE, BELOW, "second")
    assert first is not None
    assert second is not None
    assert {first[0], second[0]} == {(4, 1), (8, 1)}
