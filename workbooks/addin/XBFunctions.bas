Option Explicit

' Worksheet functions of xiaobao-xl. They calculate without Python, in Excel for Windows and Mac and in LibreOffice.
' XBArguments reads what they are given; XBDays knows working days and limits, from the calendar sheet that
' calendar_sheet.py generates from rules.yaml; XBNumbers judges numbers. Those three cannot be called from a cell.
'
' An empty first argument gives an empty text, an error gives itself. Other faults:
'   #VALUE!  an argument is no single cell, no date or no known value
'   #NUM!    a number of days below zero or not whole, or a workbook that counts from 1904
'   #N/A     no notice of the State Council covers the way: nothing is guessed
'   #REF!    the calendar sheet is missing

' Last day for the decision on a complaint: plain days of the version in force on the day it was received.
Public Function XB_DUE(ByVal received_on As Variant, Optional ByVal complexity As Variant) As Variant
    Dim given As Variant, claimed As Variant
    On Error GoTo Failed
    claimed = ""
    If Not IsMissing(complexity) Then claimed = XBArguments.Scalar(complexity)
    given = XBArguments.AsDay(XBArguments.Scalar(received_on))
    If IsError(given) Then
        XB_DUE = given
    ElseIf IsError(claimed) Then
        XB_DUE = claimed
    ElseIf VarType(given) = vbString Then
        XB_DUE = ""
    ElseIf Not XBDays.Ready() Then
        XB_DUE = CVErr(xlErrRef)
    ElseIf XBDays.CountsFrom1904() Then
        XB_DUE = CVErr(xlErrNum)
    Else
        XB_DUE = XBDays.DueOn(CLng(given), XBArguments.Squeezed(CStr(claimed)))
    End If
    Exit Function
Failed:
    XB_DUE = CVErr(xlErrValue)
End Function

' Working days from one day to another, both included; 0 where the second is earlier.
Public Function XB_WORKDAYS(ByVal start_on As Variant, ByVal end_on As Variant) As Variant
    Dim first As Variant, last As Variant
    On Error GoTo Failed
    first = XBArguments.AsDay(XBArguments.Scalar(start_on))
    last = XBArguments.AsDay(XBArguments.Scalar(end_on))
    If IsError(first) Then
        XB_WORKDAYS = first
    ElseIf IsError(last) Then
        XB_WORKDAYS = last
    ElseIf VarType(first) = vbString Or VarType(last) = vbString Then
        XB_WORKDAYS = ""
    ElseIf Not XBDays.Ready() Then
        XB_WORKDAYS = CVErr(xlErrRef)
    ElseIf XBDays.CountsFrom1904() Then
        XB_WORKDAYS = CVErr(xlErrNum)
    ElseIf Not (XBDays.IsAnnounced(CLng(first)) And XBDays.IsAnnounced(CLng(last))) Then
        XB_WORKDAYS = CVErr(xlErrNA)
    ElseIf last < first Then
        XB_WORKDAYS = 0
    Else
        XB_WORKDAYS = XBDays.WorkedBetween(CLng(first), CLng(last))
    End If
    Exit Function
Failed:
    XB_WORKDAYS = CVErr(xlErrValue)
End Function

' The day some working days later; the start is not counted.
Public Function XB_ADDWORKDAYS(ByVal start_on As Variant, ByVal days As Variant) As Variant
    Dim first As Variant, length As Variant
    On Error GoTo Failed
    first = XBArguments.AsDay(XBArguments.Scalar(start_on))
    length = XBArguments.AsCount(XBArguments.Scalar(days))
    If IsError(first) Then
        XB_ADDWORKDAYS = first
    ElseIf IsError(length) Then
        XB_ADDWORKDAYS = length
    ElseIf VarType(first) = vbString Or VarType(length) = vbString Then
        XB_ADDWORKDAYS = ""
    ElseIf Not XBDays.Ready() Then
        XB_ADDWORKDAYS = CVErr(xlErrRef)
    ElseIf XBDays.CountsFrom1904() Then
        XB_ADDWORKDAYS = CVErr(xlErrNum)
    Else
        XB_ADDWORKDAYS = XBDays.Later(CLng(first), CDbl(length))
    End If
    Exit Function
Failed:
    XB_ADDWORKDAYS = CVErr(xlErrValue)
End Function

' Calendar days from today to a due day, negative when past. Without the second argument it follows the clock.
Public Function XB_DAYSLEFT(ByVal due_on As Variant, Optional ByVal today_on As Variant) As Variant
    Dim last As Variant, now_on As Variant
    On Error GoTo Failed
    now_on = ""
    If Not IsMissing(today_on) Then now_on = XBArguments.AsDay(XBArguments.Scalar(today_on))
    If VarType(now_on) = vbString Then
        Application.Volatile
        now_on = CDbl(Date)
    End If
    last = XBArguments.Scalar(due_on)
    If VarType(last) = vbString Then
        If XBDays.Ready() Then
            If last = XBDays.NoRule() Then
                XB_DAYSLEFT = last
                Exit Function
            End If
        End If
    End If
    last = XBArguments.AsDay(last)
    If IsError(last) Then
        XB_DAYSLEFT = last
    ElseIf IsError(now_on) Then
        XB_DAYSLEFT = now_on
    ElseIf VarType(last) = vbString Then
        XB_DAYSLEFT = ""
    ElseIf XBDays.CountsFrom1904() Then
        XB_DAYSLEFT = CVErr(xlErrNum)
    Else
        XB_DAYSLEFT = CLng(last) - CLng(now_on)
    End If
    Exit Function
Failed:
    XB_DAYSLEFT = CVErr(xlErrValue)
End Function

' Whether a resident identity number can exist (GB 11643): 18 digits, or 15 of the old kind; birth date; check digit.
' With the second argument TRUE: what is wrong, or an empty text.
Public Function XB_IDCHECK(ByVal number As Variant, Optional ByVal explained As Variant) As Variant
    Dim given As Variant, wanted As Boolean
    On Error GoTo Failed
    If Not IsMissing(explained) Then wanted = CBool(XBArguments.Scalar(explained))
    given = XBArguments.Scalar(number)
    If IsError(given) Then
        XB_IDCHECK = given
    ElseIf XBArguments.IsEmptyValue(given) Then
        XB_IDCHECK = ""
    ElseIf VarType(given) <> vbString Then
        XB_IDCHECK = Verdict("number", wanted)
    Else
        XB_IDCHECK = Verdict(XBNumbers.IdentityFault(XBArguments.Identifier(CStr(given))), wanted)
    End If
    Exit Function
Failed:
    XB_IDCHECK = CVErr(xlErrValue)
End Function

' Whether a unified social credit code can exist (GB 32100): signs and check character.
' With the second argument TRUE: what is wrong, or an empty text.
Public Function XB_USCCHECK(ByVal number As Variant, Optional ByVal explained As Variant) As Variant
    Dim given As Variant, wanted As Boolean
    On Error GoTo Failed
    If Not IsMissing(explained) Then wanted = CBool(XBArguments.Scalar(explained))
    given = XBArguments.Scalar(number)
    If IsError(given) Then
        XB_USCCHECK = given
    ElseIf XBArguments.IsEmptyValue(given) Then
        XB_USCCHECK = ""
    ElseIf VarType(given) <> vbString Then
        XB_USCCHECK = Verdict("number", wanted)
    Else
        XB_USCCHECK = Verdict(XBNumbers.CreditCodeFault(XBArguments.Identifier(CStr(given))), wanted)
    End If
    Exit Function
Failed:
    XB_USCCHECK = CVErr(xlErrValue)
End Function

' Forget the calendar sheet, so that the next calculation reads it anew.
Public Sub XB_ReloadCalendar()
    On Error Resume Next
    XBDays.Forget
    Application.Calculate
End Sub

' TRUE or FALSE; where wanted, the sentence instead.
Private Function Verdict(ByVal fault As String, ByVal wanted As Boolean) As Variant
    Dim parts() As String
    If Not wanted Then
        Verdict = (fault = "")
    ElseIf fault = "" Then
        Verdict = ""
    ElseIf Not XBDays.Ready() Then
        Verdict = CVErr(xlErrRef)
    Else
        parts = Split(fault & "||", "|")
        Verdict = XBDays.Sentence(parts(0), parts(1), parts(2))
    End If
End Function
