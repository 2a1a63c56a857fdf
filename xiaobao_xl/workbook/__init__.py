"""Workbooks: files read into registers, and new workbooks drawn."""

from xiaobao_xl.workbook.grids import PasswordNeeded
from xiaobao_xl.workbook.reading import read, read_book, read_table, sheet_names

__all__ = ["PasswordNeeded", "read", "read_book", "read_table", "sheet_names"]
