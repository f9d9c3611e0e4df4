"""Reads a sheet as a stranger would: Python's own csv, zipfile and XML readers, nothing of ours.

read_sheet.py FILE...: for each .csv or .xlsx a line "file", then a line per row, its cells as hex separated by
blanks, "-" for an empty one. A workbook with a formula, a cell that is no text or a part that is damaged ends it with 1.
"""
import csv
import io
import re
import sys
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
csv.field_size_limit(1 << 30)


def csv_rows(path):
    with open(path, "rb") as file:
        text = file.read().decode("utf-8")
    assert text.endswith("\r\n"), "the last line has no end"
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def column_of(reference):
    column = 0
    for letter in re.fullmatch(r"([A-Z]+)[0-9]+", reference)[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def unescaped(text):
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def xlsx_rows(path):
    book = zipfile.ZipFile(path)
    assert book.testzip() is None, "a part's checksum is wrong"
    types = ElementTree.fromstring(book.read("[Content_Types].xml"))
    for part in types.iter(TYPES + "Override"):
        assert part.get("PartName")[1:] in book.namelist(), part.get("PartName")
    for name in book.namelist():
        ElementTree.fromstring(book.read(name))
    rows = []
    for row in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(MAIN + "row"):
        assert int(row.get("r")) == len(rows) + 1, "a row is missing"
        cells = {}
        for cell in row:
            assert cell.tag == MAIN + "c" and cell.get("t") == "inlineStr", "a cell is no text"
            assert cell.find(MAIN + "f") is None, "a formula"
            cells[column_of(cell.get("r"))] = unescaped(cell.find(MAIN + "is").find(MAIN + "t").text)
        rows.append(cells)
    width = max(rows[0]) + 1
    return [[cells.get(column, "") for column in range(width)] for cells in rows]


for path in sys.argv[1:]:
    print("file")
    for cells in (csv_rows if path.endswith(".csv") else xlsx_rows)(path):
        print(" ".join(cell.encode("utf-8").hex() or "-" for cell in cells))
