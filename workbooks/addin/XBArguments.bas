Option Explicit
Option Private Module

' What cells and typed values mean as arguments. A day is its serial number in the 1900 date system.

' The serial numbers someone can mean as a date: 1938 to 2119. The library draws the same line.
Private Const FIRST_SERIAL As Double = 14000
Private Const END_SERIAL As Double = 80000

' Code points of the full-width forms of the signs 33 to 126. AscW gives those above 32767 as negative numbers.
Private Const FIRST_WIDE As Long = 65281
Private Const LAST_WIDE As Long = 65374

' The value of a single cell, or of what was typed; several cells are #VALUE!.
Public Function Scalar(ByVal given As Variant) As Variant
    Dim cell As Object, found As Variant
    If IsObject(given) Then
        Set cell = given
#If VBA7 Then
        If cell.Count > 1 Then
            Scalar = CVErr(xlErrValue)
            Exit Function
        End If
        found = cell.Value
#Else
        found = cell.Value
        ' LibreOffice gives 0 for the value of an error.
        If VarType(found) = vbDouble Then
            If found = 0 Then
                If Left$(cell.Text, 1) = "#" Or Left$(cell.Text, 4) = "Err:" Then found = CVErr(xlErrValue)
            End If
        End If
#End If
    Else
        found = given
    End If
    If IsArray(found) Then found = CVErr(xlErrValue)
    Scalar = found
End Function

Public Function IsEmptyValue(ByVal given As Variant) As Boolean
    If IsEmpty(given) Then
        IsEmptyValue = True
    ElseIf VarType(given) = vbString Then
        IsEmptyValue = (Squeezed(CStr(given)) = "")
    End If
End Function

' Serial number of a day without its time, an empty text, or an error.
Public Function AsDay(ByVal given As Variant) As Variant
    Dim serial As Double
    If IsError(given) Then
        AsDay = given
    ElseIf IsEmpty(given) Then
        AsDay = ""
    ElseIf VarType(given) = vbString Then
        AsDay = DayOfText(CStr(given))
    ElseIf VarType(given) = vbBoolean Then
        AsDay = CVErr(xlErrValue)
    Else
        serial = CDbl(given)
        If serial >= FIRST_SERIAL And serial < END_SERIAL Then
            AsDay = CDbl(Int(serial))
        ElseIf serial = Int(serial) And serial >= 19000101 And serial <= 21991231 Then
            AsDay = DayOfText(CStr(CLng(serial)))
        Else
            AsDay = CVErr(xlErrValue)
        End If
    End If
End Function

' 2026-01-05, 2026/1/5, 2026.1.5, 20260105 or with the characters for year, month and day; a time of day may follow
' after a blank or T. Whatever else a date may look like is left to the library.
Private Function DayOfText(ByVal given As String) As Variant
    Dim text As String, place As Long, parts() As String, mark As String
    text = Trim$(Narrow(given, True))
    DayOfText = ""
    If text = "" Then Exit Function
    DayOfText = CVErr(xlErrValue)
    place = InStr(1, Replace(text, "T", " "), " ", vbBinaryCompare)
    If place > 0 Then
        If Not IsClock(Mid$(text, place + 1)) Then Exit Function
        text = Left$(text, place - 1)
    End If
    If Len(text) = 8 And XBNumbers.IsDigits(text) Then
        text = Left$(text, 4) & "-" & Mid$(text, 5, 2) & "-" & Right$(text, 2)
    ElseIf Mid$(text, 5, 1) = ChrW(&H5E74) Then
        mark = Right$(text, 1)
        If mark = ChrW(&H65E5) Or mark = ChrW(&H53F7) Then text = Left$(text, Len(text) - 1)
        text = Replace(Replace(text, ChrW(&H5E74), "-", 1, 1), ChrW(&H6708), "-", 1, 1)
    ElseIf Mid$(text, 5, 1) = "/" Or Mid$(text, 5, 1) = "." Then
        If InStr(1, text, "-", vbBinaryCompare) > 0 Then Exit Function
        text = Replace(text, Mid$(text, 5, 1), "-")
    End If
    parts = Split(text, "-")
    If UBound(parts) <> 2 Then Exit Function
    If Len(parts(0)) <> 4 Or Not IsShort(parts(1)) Or Not IsShort(parts(2)) Then Exit Function
    If Not XBNumbers.IsDigits(parts(0) & parts(1) & parts(2)) Then Exit Function
    If CLng(parts(0)) < 1900 Or CLng(parts(0)) > 2199 Then Exit Function
    If Not XBNumbers.Exists(CLng(parts(0)), CLng(parts(1)), CLng(parts(2))) Then Exit Function
    If CLng(parts(0)) = 1900 And CLng(parts(1)) < 3 Then Exit Function
    DayOfText = CDbl(DateSerial(CLng(parts(0)), CLng(parts(1)), CLng(parts(2))))
End Function

Private Function IsShort(ByVal digits As String) As Boolean
    IsShort = (Len(digits) = 1 Or Len(digits) = 2)
End Function

Private Function IsClock(ByVal text As String) As Boolean
    Dim parts() As String, place As Long
    parts = Split(Trim$(text), ":")
    If UBound(parts) < 1 Or UBound(parts) > 2 Then Exit Function
    For place = 0 To UBound(parts)
        If Not IsShort(parts(place)) Or Not XBNumbers.IsDigits(parts(place)) Then Exit Function
        If CLng(parts(place)) > 59 Or (place = 0 And CLng(parts(place)) > 23) Then Exit Function
    Next
    IsClock = True
End Function

' A whole number of days, not below zero; an empty text, or an error.
Public Function AsCount(ByVal given As Variant) As Variant
    Dim text As String
    If IsError(given) Then
        AsCount = given
        Exit Function
    ElseIf IsEmpty(given) Then
        AsCount = ""
        Exit Function
    ElseIf VarType(given) = vbString Then
        text = Squeezed(CStr(given))
        AsCount = ""
        If text = "" Then Exit Function
        AsCount = CVErr(xlErrValue)
        If Len(text) > 9 Or Not XBNumbers.IsDigits(text) Then Exit Function
        AsCount = CDbl(text)
    ElseIf VarType(given) = vbBoolean Then
        AsCount = CVErr(xlErrValue)
    ElseIf CDbl(given) < 0 Or CDbl(given) <> Int(CDbl(given)) Then
        AsCount = CVErr(xlErrNum)
    Else
        AsCount = CDbl(given)
    End If
End Function

' An identifier in half-width capitals, without blanks, hyphens, and what exports put around it.
Public Function Identifier(ByVal given As String) As String
    Dim text As String
    text = Squeezed(given)
    If Left$(text, 2) = "=""" Then
        text = Replace(Mid$(text, 3), """", "")
    ElseIf text <> "" Then
        If InStr(1, "'`" & ChrW(&H2018) & ChrW(&H2019), Left$(text, 1), vbBinaryCompare) > 0 Then text = Mid$(text, 2)
    End If
    Identifier = UCase$(Replace(text, "-", ""))
End Function

' A text for comparing: half-width, in small letters, without blanks.
Public Function Squeezed(ByVal text As String) As String
    Squeezed = LCase$(Narrow(text, False))
End Function

' Full-width signs made half-width, invisible ones dropped, blanks dropped or made plain.
Private Function Narrow(ByVal text As String, ByVal keeps_blanks As Boolean) As String
    Dim place As Long, code As Long, found As String
    If Not (text Like "*[!0-9A-Za-z]*") Then
        Narrow = text
        Exit Function
    End If
    For place = 1 To Len(text)
        code = AscW(Mid$(text, place, 1))
        If code < 0 Then code = code + 65536
        Select Case code
            Case 9 To 13, 32, 160, 8192 To 8202, 8239, 8287, 12288
                If keeps_blanks Then found = found & " "
            Case 8203 To 8207, 8234 To 8238, 8288, 65279
            Case FIRST_WIDE To LAST_WIDE
                found = found & ChrW(code - FIRST_WIDE + 33)
            Case Else
                found = found & Mid$(text, place, 1)
        End Select
    Next
    Narrow = found
End Function
