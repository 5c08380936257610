"""Objects that XlsxWriter does not draw: its text boxes become ellipses, its buttons check boxes.

The places are XlsxWriter's own; only the kind of object changes, into the parts that Excel 2010
and later write for it.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

_CONTROL_TYPE = "application/vnd.ms-excel.controlproperties+xml"
_CONTROL_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/ctrlProp"
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_PIXEL = 9525  # EMU


def with_ellipses(content: bytes) -> bytes:
    """Make each text box of the workbook the ellipse that 挿入 > 図形 > 楕円 draws."""

    def change(name: str, text: str) -> str:
        if not name.startswith("xl/drawings/drawing"):
            return text
        text = text.replace('<a:prstGeom prst="rect">', '<a:prstGeom prst="ellipse">')
        return text.replace(' txBox="1"', "").replace('name="TextBox ', 'name="楕円 ')

    return _rewritten(content, change)


def with_check_boxes(content: bytes) -> bytes:
    """Make each button a check box of the form controls; its caption tells whether ticked."""
    extra: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)]
        sheets = {name: _Controls(archive, name, extra) for name in names}

    def change(name: str, text: str) -> str:
        if name == "[Content_Types].xml":
            overrides = "".join(
                f'<Override PartName="/{part}" ContentType="{_CONTROL_TYPE}"/>' for part in extra
            )
            return text.replace("</Types>", f"{overrides}</Types>")
        for controls in sheets.values():
            text = controls.change(name, text)
        return text

    return _rewritten(content, change, extra)


class _Controls:
    """The check boxes of one sheet, taken from its VML and told to the parts that list them."""

    def __init__(self, archive: zipfile.ZipFile, sheet: str, extra: dict[str, str]) -> None:
        self.sheet = sheet
        self.rels = sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"
        self.vml = ""
        self.boxes: list[tuple[str, str, str]] = []  # shape id, relationship id, anchor
        if self.rels not in archive.namelist():
            return
        found = re.search(r'Target="\.\./(drawings/vmlDrawing\d+\.vml)"', _text(archive, self.rels))
        if found is None:
            return
        self.vml = f"xl/{found[1]}"
        shapes = re.findall(
            r'id="_x0000_s(\d+)".*?<font[^>]*>(\w+)</font>.*?<x:Anchor>(.*?)</x:Anchor>',
            _text(archive, self.vml),
        )
        for shape, caption, anchor in shapes:
            part = f"xl/ctrlProps/ctrlProp{len(extra) + 1}.xml"
            state = ' checked="Checked"' if caption == "checked" else ""
            extra[part] = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                f'<formControlPr xmlns="{_X14}" objectType="CheckBox"{state} '
                'lockText="1" noThreeD="1"/>'
            )
            self.boxes.append((shape, f"rIdControl{len(extra)}", anchor))
        self.first_part = len(extra) - len(self.boxes) + 1

    def change(self, name: str, text: str) -> str:
        if not self.boxes:
            return text
        if name == self.sheet:
            return text.replace("</worksheet>", f"{self._listed()}</worksheet>")
        if name == self.rels:
            return text.replace("</Relationships>", f"{self._relations()}</Relationships>")
        if name == self.vml:
            return _as_check_boxes(text)
        return text

    def _relations(self) -> str:
        return "".join(
            f'<Relationship Id="{relation}" Type="{_CONTROL_REL}" '
            f'Target="../ctrlProps/ctrlProp{self.first_part + index}.xml"/>'
            for index, (_, relation, _) in enumerate(self.boxes)
        )

    def _listed(self) -> str:
        controls = "".join(
            f'<mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice Requires="x14">'
            f'<control shapeId="{shape}" r:id="{relation}" name="Check Box {index + 1}">'
            '<controlPr defaultSize="0" autoFill="0" autoLine="0" autoPict="0">'
            f'<anchor moveWithCells="1">{_anchor(anchor)}</anchor>'
            "</controlPr></control></mc:Choice></mc:AlternateContent>"
            for index, (shape, relation, anchor) in enumerate(self.boxes)
        )
        return (
            f'<mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice xmlns:x14="{_X14}" Requires="x14">'
            f"<controls>{controls}</controls></mc:Choice></mc:AlternateContent>"
        )


def _anchor(anchor: str) -> str:
    """Turn VML's ``column, dx, row, dy`` twice (pixels) into the two corners in EMU."""
    numbers = [int(part) for part in anchor.split(",")]
    corners = []
    for tag, (column, dx, row, dy) in zip(("from", "to"), (numbers[:4], numbers[4:]), strict=True):
        corners.append(
            f'<{tag}><xdr:col xmlns:xdr="{_DRAWING}">{column}</xdr:col>'
            f'<xdr:colOff xmlns:xdr="{_DRAWING}">{dx * _PIXEL}</xdr:colOff>'
            f'<xdr:row xmlns:xdr="{_DRAWING}">{row}</xdr:row>'
            f'<xdr:rowOff xmlns:xdr="{_DRAWING}">{dy * _PIXEL}</xdr:rowOff></{tag}>'
        )
    return "".join(corners)


def _as_check_boxes(text: str) -> str:
    """Rewrite XlsxWriter's buttons in the VML part as check boxes without a caption."""

    def shape(found: re.Match[str]) -> str:
        whole = found[0]
        ticked = "<x:Checked>1</x:Checked>" if ">checked</font>" in whole else ""
        whole = re.sub(r">(un)?checked</font>", "></font>", whole)
        whole = whole.replace('ObjectType="Button"', 'ObjectType="Checkbox"')
        whole = whole.replace(' o:button="t"', "")
        whole = whole.replace("<x:PrintObject>False</x:PrintObject>", "")
        whole = re.sub(r"<x:(FmlaMacro|TextHAlign)>.*?</x:\1>", "", whole)
        return whole.replace("</x:ClientData>", f"{ticked}<x:NoThreeD/></x:ClientData>")

    return re.sub(r"<v:shape .*?</v:shape>", shape, text, flags=re.DOTALL)


def _text(archive: zipfile.ZipFile, name: str) -> str:
    return archive.read(name).decode("utf-8")


def _rewritten(
    content: bytes, change: Callable[[str, str], str], extra: Mapping[str, str] | None = None
) -> bytes:
    """Give the package with its text parts changed and the extra parts added."""
    memory = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            body = source.read(entry)
            if entry.filename.endswith((".xml", ".rels", ".vml")):
                body = change(entry.filename, body.decode("utf-8")).encode("utf-8")
            target.writestr(entry, body, zipfile.ZIP_DEFLATED)
        for name, part in (extra or {}).items():
            target.writestr(zipfile.ZipInfo(name), part.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return memory.getvalue()
