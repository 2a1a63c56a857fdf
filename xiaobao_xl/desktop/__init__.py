"""What this computer has: spreadsheet programs, our add-in, and settings that keep macros from running.

- `machine`: the system as the other files see it; everything they ask goes through it
- `programs`: Excel, WPS and LibreOffice, found or not
- `addin_file`: our add-in in Excel's folders
- `obstacles`: settings under which buttons cannot work, and the way round
- `checklist`: a line with a tick or a cross, and what to do next
"""
