Attribute VB_Name = "XB"
' The buttons of xiaobao-xl. Each runs one verb in Python (xlwings' RunPython) and ends with a sentence in the status cell.
'
' A macro is stored in one code page, so nothing here is Chinese: the sentences stand in the sheet xlwings.conf.
' In the register the macros work on the register itself, in the add-in on the workbook in front.
Option Explicit

Private Const STATUS_NAME As String = "XB_STATUS"
Private Const SETTINGS_SHEET As String = "xlwings.conf"

' Every button of the ribbon; its tag is the verb.
Public Sub XB_Ribbon(control As IRibbonControl)
    On Error GoTo Failed
    XB_Run control.Tag
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

' The same verbs without a ribbon: for the shapes on the sheet of buttons, and for the list of macros.
Public Sub XB_Blank()
    On Error GoTo Failed
    XB_Run "blank"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Check()
    On Error GoTo Failed
    XB_Run "check"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Classify()
    On Error GoTo Failed
    XB_Run "classify"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Due_Dates()
    On Error GoTo Failed
    XB_Run "due"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Report()
    On Error GoTo Failed
    XB_Run "report"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Next_Finding()
    On Error GoTo Failed
    XB_Run "next_finding"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Clear_Marks()
    On Error GoTo Failed
    XB_Run "clear_marks"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

Public Sub XB_Undo()
    On Error GoTo Failed
    XB_Run "undo"
    Exit Sub
Failed:
    XB_Fail Err.Description
End Sub

' Run a verb. Python writes its sentence into the status cell; where it never came that far, the cell still says "running".
Private Sub XB_Run(verb As String)
    Dim book As Object
    Dim running As String
    Dim answer As Variant
    Set book = XB_Book()
    If book Is Nothing Then
        XB_Tell Nothing, XB_Text("XB_NO_BOOK")
        Exit Sub
    End If
    running = XB_Text("XB_RUNNING")
    XB_Tell book, running
    answer = RunPython("import xiaobao_xl.addin; xiaobao_xl.addin.run('" & verb & "')")
    #If Mac Then
        ' RunPython does not wait there; Python writes its sentence when it is done.
    #Else
        If XB_Status(book).Value = running Then
            XB_Tell book, XB_Text("XB_SILENT")
        Else
            Application.StatusBar = XB_Status(book).Value
        End If
    #End If
End Sub

' What the macros work on: the register that holds them; for the add-in the workbook in front, or Nothing.
Private Function XB_Book() As Object
    Dim is_addin As Boolean
    On Error Resume Next
    is_addin = ThisWorkbook.IsAddin
    On Error GoTo 0
    If is_addin Then
        Set XB_Book = ActiveWorkbook
    Else
        Set XB_Book = ThisWorkbook
    End If
End Function

' The status cell of a workbook; where Python has not made one yet, that of the file with the macros.
Private Function XB_Status(book As Object) As Object
    On Error Resume Next
    Set XB_Status = book.Names(STATUS_NAME).RefersToRange
    On Error GoTo 0
    If XB_Status Is Nothing Then Set XB_Status = ThisWorkbook.Names(STATUS_NAME).RefersToRange
End Function

' Say something in the status cell and the status bar. Never fails: it is what failures are told with.
Private Sub XB_Tell(book As Object, sentence As String)
    On Error Resume Next
    Application.StatusBar = sentence
    XB_Status(book).Value = sentence
End Sub

' The end of a macro that failed before or after Python.
Private Sub XB_Fail(reason As String)
    Dim sentence As String
    On Error Resume Next
    sentence = reason
    sentence = XB_Text("XB_FAILED") & reason  ' skipped where the sheet of settings is gone
    XB_Tell XB_Book(), sentence
End Sub

' A sentence from the sheet of settings: keys in column A, sentences in column B.
Private Function XB_Text(key As String) As String
    Dim sheet As Object
    Dim row As Long
    Set sheet = ThisWorkbook.Worksheets(SETTINGS_SHEET)
    row = 1
    Do While sheet.Cells(row, 1).Value <> ""
        If sheet.Cells(row, 1).Value = key Then
            XB_Text = sheet.Cells(row, 2).Value
            Exit Function
        End If
        row = row + 1
    Loop
    XB_Text = key
End Function
