"""What floats over a cell: the cell it means, the line of the legend it covers, its state."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from workbooks import (
    Control,
    Sheet,
    absolute,
    freehand,
    group,
    ink,
    line,
    one_cell,
    picture,
    read,
    shape,
    table,
    two_cell,
    xlsx,
)

from pipeline.model import Drawing, DrawingKind, address

LEGEND = "①既に対応済み\\n②これから対応予定（○月）\\n③対応の予定なし"
ROWS = table(f"項目 | チェック欄 | 補足説明欄\nガバナンス①-1 | {LEGEND} |\nガバナンス①-2 | ① | 済")
# Row 2 is 75 points (100 pixels) high and holds three lines of 25 pixels, so that they begin at
# 12, 37 and 62 pixels. Columns are 10, 30 and 20 characters wide.
LINE_MIDDLES = (25, 50, 75)


def sheet(
    *anchors: str,
    controls: Sequence[Control] = (),
    vml: str = "",
    style: int = 1,
    merged: Sequence[str] = (),
) -> Sheet:
    return Sheet(
        rows=ROWS,
        styles={"B2": style, "B3": style},
        heights={1: 18.75, 2: 75, 3: 18.75},
        widths={1: 10, 2: 30, 3: 20},
        anchors=anchors,
        controls=controls,
        vml=vml,
        merged=merged,
    )


def drawings(folder: Path, given: Sheet) -> tuple[Drawing, ...]:
    return read(folder, xlsx(given)).sheets[0].drawings


def the_drawing(folder: Path, given: Sheet) -> Drawing:
    (found,) = drawings(folder, given)
    return found


def round_line(number: int, height: int = 30) -> tuple[int, ...]:
    """Give an anchor round one line of the legend, with room to spare."""
    middle = LINE_MIDDLES[number]
    return (1, 2, 1, middle - height // 2, 1, 100, 1, middle + height // 2)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("height", [16, 30, 50])
def test_ellipse_round_one_line(number: int, height: int, tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell(round_line(number, height), shape())))
    assert found.kind is DrawingKind.ELLIPSE
    assert address(found.row, found.column) == "B2"
    assert found.lines == (number,)


@pytest.mark.parametrize(
    ("style", "first"), [(8, 0), (1, 12), (12, 25)], ids=["top", "centre", "bottom"]
)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_lines_follow_the_vertical_alignment(
    style: int, first: int, number: int, tmp_path: Path
) -> None:
    top = first + 25 * number
    found = the_drawing(
        tmp_path, sheet(two_cell((1, 2, 1, top, 1, 90, 1, top + 25), shape()), style=style)
    )
    assert found.lines == (number,)


def test_ellipse_between_two_lines_means_both(tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell((1, 2, 1, 22, 1, 90, 1, 52), shape())))
    assert found.lines == (0, 1)


def test_ellipse_round_the_whole_cell_means_all(tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell((1, 2, 1, 2, 1, 200, 1, 98), shape())))
    assert found.lines == (0, 1, 2)


def test_ellipse_over_the_border_belongs_to_the_cell_it_covers_most(tmp_path: Path) -> None:
    anchor = (0, 60, 1, 35, 1, 40, 1, 65)
    found = the_drawing(tmp_path, sheet(two_cell(anchor, shape())))
    assert address(found.row, found.column) == "B2"
    assert found.lines == (1,)


def test_object_in_a_merged_area_belongs_to_its_top_left(tmp_path: Path) -> None:
    given = sheet(two_cell((2, 10, 1, 35, 2, 60, 1, 65), shape()), merged=["B2:C2"])
    found = the_drawing(tmp_path, given)
    assert address(found.row, found.column) == "B2"
    assert found.lines == (1,)


def test_one_cell_and_absolute_anchors(tmp_path: Path) -> None:
    one = the_drawing(tmp_path, sheet(one_cell((1, 5, 1, 35), 90, 30, shape())))
    assert (address(one.row, one.column), one.lines) == ("B2", (1,))
    # column B begins at 75 pixels, row 2 at 25
    anywhere = the_drawing(tmp_path, sheet(absolute(80, 25 + 60, 90, 30, shape())))
    assert (address(anywhere.row, anywhere.column), anywhere.lines) == ("B2", (2,))


def test_grouped_shapes_are_mapped_into_the_sheet(tmp_path: Path) -> None:
    """The group's own coordinates run from (1000, 1000) and are half as large as the sheet's."""
    pixel = 9525
    inner = group(
        (0, 0, 100 * pixel, 100 * pixel),
        (1000, 1000, 50 * pixel, 50 * pixel),
        shape(place=(1000, 1000 + 5 * pixel, 45 * pixel, 15 * pixel)),
        shape(place=(1000, 1000 + 30 * pixel, 45 * pixel, 15 * pixel)),
    )
    found = drawings(tmp_path, sheet(two_cell((1, 0, 1, 0, 1, 100, 1, 100), inner)))
    assert [(address(d.row, d.column), d.lines) for d in found] == [("B2", (0,)), ("B2", (2,))]


def test_group_in_a_group(tmp_path: Path) -> None:
    inner = group((10, 50, 90, 50), (0, 0, 180, 100), shape(place=(0, 20, 180, 60)))
    outer = group((0, 0, 952_500, 952_500), (0, 0, 100, 100), inner)
    found = the_drawing(tmp_path, sheet(two_cell((1, 0, 1, 0, 1, 100, 1, 100), outer)))
    assert (address(found.row, found.column), found.lines) == ("B2", (2,))


CIRCLE = [(0, 50), (50, 0), (100, 50), (50, 100)]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (shape("donut"), DrawingKind.ELLIPSE),
        (shape("roundRect"), DrawingKind.ELLIPSE),
        (shape("flowChartConnector"), DrawingKind.ELLIPSE),
        (shape("arc"), DrawingKind.ELLIPSE),
        (shape("bracketPair"), DrawingKind.ELLIPSE),
        (shape("rect"), DrawingKind.ELLIPSE),
        (shape(fill='<a:solidFill><a:srgbClr val="FFC000"/></a:solidFill>'), DrawingKind.ELLIPSE),
        (shape(geometry=freehand(CIRCLE, close=True)), DrawingKind.ELLIPSE),
        (shape(geometry=freehand([*CIRCLE, (5, 60)], close=False)), DrawingKind.ELLIPSE),
        (shape(geometry=freehand([(0, 50), (30, 100), (100, 0)], close=False)), DrawingKind.INK),
        (shape("rect", text="③"), DrawingKind.TEXT_BOX),
        (shape("ellipse", text="済"), DrawingKind.TEXT_BOX),
        (shape("line"), DrawingKind.LINE),
        (line("straightConnector1"), DrawingKind.LINE),
        (picture(), DrawingKind.PICTURE),
        (ink(), DrawingKind.INK),
        (shape("rightArrow"), DrawingKind.OTHER),
        (
            shape("rect", fill='<a:solidFill><a:srgbClr val="FFC000"/></a:solidFill>'),
            DrawingKind.OTHER,
        ),
        (
            shape("ellipse", fill='<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'),
            DrawingKind.OTHER,
        ),
    ],
)
def test_kind_of_object(given: str, kind: DrawingKind, tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell(round_line(1), given)))
    assert found.kind is kind
    assert address(found.row, found.column) == "B2"


@pytest.mark.parametrize(
    "given",
    [
        shape("rightArrow"),
        shape("rect", fill="<a:solidFill><a:schemeClr val='bg1'/></a:solidFill>"),
    ],
)
def test_covers_and_arrows_choose_no_line(given: str, tmp_path: Path) -> None:
    """A white box over two options must never read as a circle round one."""
    assert the_drawing(tmp_path, sheet(two_cell(round_line(0), given))).lines == ()


def test_what_nobody_sees_is_no_object(tmp_path: Path) -> None:
    invisible = shape("rect", outline="<a:ln><a:noFill/></a:ln>")
    given = sheet(two_cell(round_line(0), invisible), two_cell(round_line(1), shape(hidden=True)))
    assert drawings(tmp_path, given) == ()


def test_text_box_keeps_its_text(tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell(round_line(0), shape("rect", text="③\n済"))))
    assert found.text == "③\n済"


def test_line_through_several_cells_means_each(tmp_path: Path) -> None:
    found = drawings(tmp_path, sheet(two_cell((0, 2, 2, 12, 2, 140, 2, 12), line())))
    assert [address(d.row, d.column) for d in found] == ["A3", "B3", "C3"]
    assert {d.lines for d in found} == {(0,)}


def test_strike_by_hand_through_one_line(tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell((1, 2, 1, 74, 1, 150, 1, 75), line())))
    assert (found.kind, found.lines) == (DrawingKind.LINE, (2,))


TICKS = tuple(
    Control(
        anchor=(1, 2, 1, middle - 10, 1, 20, 1, middle + 10),
        checked=number == 1,
        label=f"選択{number + 1}",
    )
    for number, middle in enumerate(LINE_MIDDLES)
)


def variants() -> dict[str, Sequence[Control]]:
    return {
        "excel": TICKS,
        "vml_only": [replace(tick, vml_only=True) for tick in TICKS],
        "libreoffice": [replace(tick, zero_anchor=True) for tick in TICKS],
    }


@pytest.mark.parametrize("form", ["excel", "vml_only", "libreoffice"])
def test_check_boxes_beside_the_lines(form: str, tmp_path: Path) -> None:
    found = drawings(tmp_path, sheet(controls=variants()[form]))
    assert [d.kind for d in found] == [DrawingKind.CHECK_BOX] * 3
    assert [(address(d.row, d.column), d.lines) for d in found] == [
        ("B2", (0,)), ("B2", (1,)), ("B2", (2,))
    ]  # fmt: skip
    assert [d.checked for d in found] == [False, True, False]
    assert [d.text for d in found] == ["選択1", "選択2", "選択3"]


def test_other_controls(tmp_path: Path) -> None:
    at = (1, 2, 1, 40, 1, 20, 1, 60)
    controls = [
        Control(anchor=at, type="Radio", checked=True),
        Control(anchor=at, type="ActiveX"),
        Control(anchor=at, type="Drop"),
        Control(anchor=at, type="Button"),
        Control(anchor=at, checked=None),
    ]
    found = drawings(tmp_path, sheet(controls=controls))
    assert [(d.kind, d.checked) for d in found] == [
        (DrawingKind.OPTION_BUTTON, True),
        (DrawingKind.ACTIVEX, None),
        (DrawingKind.DROP_DOWN, None),
        (DrawingKind.CHECK_BOX, None),
    ]


def test_legacy_drawings(tmp_path: Path) -> None:
    anchor = "<x:Anchor>1, 2, 1, 35, 1, 90, 1, 65</x:Anchor>"
    vml = (
        f'<v:oval id="_x0000_s2001"><x:ClientData ObjectType="Shape">{anchor}</x:ClientData>'
        f'</v:oval><v:shape id="_x0000_s2002" type="#_x0000_t202"><v:textbox><div>済<br>み</div>'
        f'</v:textbox><x:ClientData ObjectType="Text">{anchor}</x:ClientData></v:shape>'
    )
    found = drawings(tmp_path, sheet(vml=vml))
    assert [(d.kind, d.lines) for d in found] == [
        (DrawingKind.ELLIPSE, (1,)),
        (DrawingKind.TEXT_BOX, (1,)),
    ]


@pytest.mark.parametrize(("width", "lines"), [(20, (1,)), (30, (2,))])
def test_wrapped_lines_count_once(width: int, lines: tuple[int, ...], tmp_path: Path) -> None:
    """In a column of 20 characters the second line takes two, and the third stands fourth."""
    given = Sheet(
        rows=ROWS,
        styles={"B2": 8},
        heights={2: 100},
        widths={2: width},
        anchors=[two_cell((1, 2, 1, 51, 1, 60, 1, 72), shape())],
    )
    assert the_drawing(tmp_path, given).lines == lines


def test_row_without_a_height_is_as_high_as_its_text(tmp_path: Path) -> None:
    given = Sheet(
        rows=ROWS,
        styles={"B2": 1},
        widths={2: 40},
        anchors=[two_cell((1, 2, 1, 51, 1, 90, 1, 74), shape())],
    )
    assert the_drawing(tmp_path, given).lines == (2,)


def test_object_over_an_empty_cell_has_no_lines(tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell((2, 5, 1, 40, 2, 60, 1, 60), shape())))
    assert (address(found.row, found.column), found.lines) == ("C2", ())


@pytest.mark.parametrize("preset", ["ellipse", "rect"])
@pytest.mark.parametrize(
    "anchor", [(1, 2, 1, 10, 1, 100, 1, 40), (1, 2, 1, 0, 1, 100, 2, 0), (1, 2, 1, 5, 1, 9, 1, 5)]
)
def test_object_in_a_hidden_row_keeps_its_cell_and_covers_no_line(
    anchor: tuple[int, ...], preset: str, tmp_path: Path
) -> None:
    given = replace(sheet(two_cell(anchor, shape(preset))), hidden_rows=[2])
    found = the_drawing(tmp_path, given)
    assert address(found.row, found.column) == "B2"
    assert found.lines == ()


def test_object_without_extent_covers_no_line(tmp_path: Path) -> None:
    found = the_drawing(tmp_path, sheet(two_cell((1, 20, 1, 25, 1, 20, 1, 25), shape())))
    assert (address(found.row, found.column), found.lines) == ("B2", ())


@pytest.mark.parametrize("colour", ["FFFFFF", "ffffff"])
def test_white_shape_covers_and_means_no_line(colour: str, tmp_path: Path) -> None:
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    found = the_drawing(tmp_path, sheet(two_cell(round_line(0), shape(fill=fill))))
    assert (found.kind, found.lines) == (DrawingKind.OTHER, ())


def test_where_a_line_may_or_may_not_be_broken_both_readings_count(tmp_path: Path) -> None:
    """26 units of ② in a column of about 26: broken or not, the third line moves by a line."""
    given = replace(sheet(two_cell((1, 2, 1, 50, 1, 90, 1, 74), shape()), style=8))
    narrow = replace(given, widths={1: 10, 2: 26.3, 3: 20}, heights={1: 18.75, 2: 100, 3: 18.75})
    assert set(the_drawing(tmp_path, narrow).lines) == {1, 2}
    assert the_drawing(tmp_path, given).lines == (2,)
