' Stands in for xlwings' module in LibreOffice, which has no Windows shell: the same public name and the same contract with
' the process. RunPython starts a script (path in the sheet xlwings.conf, TEST_SCRIPT) with the command and the workbook's
' name, waits for its end, and returns 0, or -1 where the process failed.
Public Function RunPython(PythonCommand As String)
    Dim script As String
    Dim result As String
    Dim started As Double
    script = TestSetting("TEST_SCRIPT")
    result = script & ".result"
    Shell "/bin/sh", 0, script & " """ & PythonCommand & """ """ & ThisWorkbook.Name & """", False
    started = Timer
    Do While Dir(result) = "" And Timer - started < 60
        Wait 20
    Loop
    Open result For Input As #1
    Line Input #1, script
    Close #1
    Kill result
    If Not IsNumeric(script) Then Err.Raise 513, "RunPython", script
    RunPython = CInt(script)
End Function

Private Function TestSetting(key As String) As String
    Dim row As Long
    For row = 1 To 30
        If ThisWorkbook.Worksheets("xlwings.conf").Cells(row, 1).Value = key Then
            TestSetting = ThisWorkbook.Worksheets("xlwings.conf").Cells(row, 2).Value
        End If
    Next
End Function
