Option Explicit

' Worksheet functions that ask Python: xiaobao_xl.udfs, by the server of xlwings. They stand here ready made, so that
' nothing needs to be imported and no access to the VBA project be granted. Windows only; elsewhere, or where Python
' does not answer, a cell says so.

Private Const LIBRARY As String = "xiaobao_xl.udfs"
Private Const BRIDGE As String = "XLPy" ' in xlwings' module; called by name, for it is missing on a Mac

' Suggested category of a complaint, or of a range of them.
Public Function XB_CATEGORY(ByVal texts As Variant, Optional ByVal kind As Variant) As Variant
    On Error GoTo Failed
    If IsMissing(kind) Then kind = ""
    XB_CATEGORY = Asked("XB_CATEGORY", texts, kind)
    Exit Function
Failed:
    XB_CATEGORY = Silence()
End Function

' The words that decided, the score and the second best.
Public Function XB_WHY(ByVal texts As Variant, Optional ByVal kind As Variant) As Variant
    On Error GoTo Failed
    If IsMissing(kind) Then kind = ""
    XB_WHY = Asked("XB_WHY", texts, kind)
    Exit Function
Failed:
    XB_WHY = Silence()
End Function

Private Function Asked(ByVal title As String, ByVal texts As Variant, ByVal kind As Variant) As Variant
    Dim python As Object
    Set python = Application.Run("'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & BRIDGE)
    Asked = python.CallUDF(LIBRARY, title, Array(texts, kind), ThisWorkbook, Application.Caller)
End Function

Private Function Silence() As Variant
    On Error GoTo Failed
    Silence = CVErr(xlErrValue)
    If XBDays.Ready() Then Silence = XBDays.Sentence("no_python")
Failed:
End Function
