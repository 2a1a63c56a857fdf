"""A workbook that is open in Excel, WPS or LibreOffice: read whole, marked, added to, and put back as it was.

Everything here is handed xlwings objects and imports none: `addin` alone decides which program is driven. Ranges are read
and written whole, so the number of calls never depends on the number of rows.
"""
