Option Explicit
Option Private Module

' Working days and time limits, as the calendar sheet tells them.

Private Const MOST_DAYS As Double = 1000000

Private mLoaded As Boolean
Private mFrom1904 As Boolean
Private mFirst As Long
Private mLast As Long
Private mWorked() As Long
Private mWork() As Long
Private mWorkCount As Long
Private mInForce() As Long
Private mLimits As Variant
Private mNoRule As String
Private mSpellings As Variant
Private mTexts As Variant

' Last day of the limit in force on a day; what was claimed is a spelling, or empty for the first limit.
Public Function DueOn(ByVal day As Long, ByVal claimed As String) As Variant
    Dim row As Long, first As Long, last As Long, value As String
    For row = 1 To UBound(mInForce)
        If mInForce(row) > day Then Exit For
        If first = 0 Then
            first = row
        ElseIf mInForce(row) > mInForce(first) Then
            first = row
        End If
        last = row
    Next
    If first = 0 Then
        DueOn = mNoRule
        Exit Function
    ElseIf mLimits(first, 5) <> "seen" Then
        DueOn = mNoRule
        Exit Function
    End If
    value = mLimits(first, 2)
    If claimed <> "" And value <> "" Then value = Spelled(claimed)
    For row = first To last
        If mLimits(row, 2) = value Then
            If mLimits(row, 4) = "working" Then
                DueOn = Later(day, mLimits(row, 3))
            Else
                DueOn = Rolled(day + mLimits(row, 3), mLimits(row, 6))
            End If
            Exit Function
        End If
    Next
    DueOn = CVErr(xlErrValue)
End Function

' Working days from one announced day to a later one, both included.
Public Function WorkedBetween(ByVal first As Long, ByVal last As Long) As Long
    WorkedBetween = mWorked(last - mFirst + 1) - mWorked(first - mFirst)
End Function

Private Function Spelled(ByVal text As String) As String
    Dim row As Long
    Spelled = "?"
    For row = 1 To UBound(mSpellings, 1)
        If mSpellings(row, 1) = text Then
            Spelled = CStr(mSpellings(row, 2))
            Exit Function
        End If
    Next
End Function

' A last day off moves to the next working day where the rule says so.
Private Function Rolled(ByVal day As Long, ByVal rolls As String) As Variant
    If rolls = "off_days" Then
        If Not IsAnnounced(day) Then
            Rolled = CVErr(xlErrNA)
            Exit Function
        End If
        If Not IsWorked(day) Then
            Rolled = Later(day, 1)
            Exit Function
        End If
    End If
    Rolled = CDate(day)
End Function

' The day some working days later, #N/A where no notice covers the way.
Public Function Later(ByVal day As Long, ByVal days As Double) As Variant
    Dim ordinal As Double
    Later = CVErr(xlErrNA)
    If Not IsAnnounced(day) Or days > MOST_DAYS Then Exit Function
    ordinal = mWorked(day - mFirst + 1) + days
    If ordinal > mWorkCount Then Exit Function
    If days = 0 Then
        Later = CDate(day)
    Else
        Later = CDate(mWork(CLng(ordinal)))
    End If
End Function

Public Function IsAnnounced(ByVal day As Long) As Boolean
    IsAnnounced = (day >= mFirst And day <= mLast)
End Function

Private Function IsWorked(ByVal day As Long) As Boolean
    IsWorked = (mWorked(day - mFirst + 1) > mWorked(day - mFirst))
End Function

' Have the calendar sheet read anew when it is next needed.
Public Sub Forget()
    mLoaded = False
End Sub

' What stands in place of a day before the first version seen in the text.
Public Function NoRule() As String
    NoRule = mNoRule
End Function

' Whether the calendar sheet has been read, or could be.
Public Function Ready() As Boolean
    If Not mLoaded Then LoadCalendar
    Ready = mLoaded
End Function

Private Sub LoadCalendar()
    Dim off As Variant, work As Variant, years As Variant, row As Long
    On Error GoTo Missing
    off = Named("XB_OFF")
    work = Named("XB_MAKEUP")
    years = Named("XB_YEARS")
    mLimits = Named("XB_LIMITS")
    mSpellings = Named("XB_SPELLINGS")
    mTexts = Named("XB_TEXTS")
    mNoRule = Sentence("no_rule")
    LayOut off, work, years
    ReDim mInForce(1 To UBound(mLimits, 1))
    For row = 1 To UBound(mLimits, 1)
        mInForce(row) = SerialAt(mLimits, row)
    Next
#If VBA7 Then
#Else
    mFrom1904 = (ThisComponent.NullDate.Year = 1904)
#End If
    mLoaded = True
Missing:
End Sub

Private Function Named(ByVal title As String) As Variant
    Dim found As Variant, one(1 To 1, 1 To 1) As Variant
    found = ThisWorkbook.Names(title).RefersToRange.Value
    If IsArray(found) Then
        Named = found
    Else
        one(1, 1) = found
        Named = one
    End If
End Function

' Serial number in the first column of a row; 0 where there is none.
Private Function SerialAt(ByRef block As Variant, ByVal row As Long) As Long
    If Not IsEmpty(block(row, 1)) And VarType(block(row, 1)) <> vbString Then SerialAt = CLng(CDbl(block(row, 1)))
End Function

' Number the working days from the first announced day to the last.
Private Sub LayOut(ByVal off As Variant, ByVal work As Variant, ByVal years As Variant)
    Dim count As Long, place As Long, is_work() As Boolean
    mFirst = CLng(DateSerial(CLng(years(1, 1)), 1, 1))
    mLast = CLng(DateSerial(CLng(years(UBound(years, 1), 1)), 12, 31))
    If SerialAt(off, 1) > 0 And SerialAt(off, 1) < mFirst Then mFirst = SerialAt(off, 1)
    If SerialAt(work, 1) > 0 And SerialAt(work, 1) < mFirst Then mFirst = SerialAt(work, 1)
    count = mLast - mFirst + 1
    ReDim is_work(1 To count)
    For place = 1 To count
        is_work(place) = ((mFirst + place - 1) Mod 7 >= 2)
    Next
    Mark is_work, off, False
    Mark is_work, work, True
    ReDim mWorked(0 To count)
    ReDim mWork(1 To count)
    mWorkCount = 0
    For place = 1 To count
        If is_work(place) Then
            mWorkCount = mWorkCount + 1
            mWork(mWorkCount) = mFirst + place - 1
        End If
        mWorked(place) = mWorkCount
    Next
End Sub

Private Sub Mark(ByRef is_work() As Boolean, ByVal days As Variant, ByVal worked As Boolean)
    Dim row As Long, place As Long
    For row = 1 To UBound(days, 1)
        place = SerialAt(days, row) - mFirst + 1
        If place >= 1 And place <= UBound(is_work) Then is_work(place) = worked
    Next
End Sub

' Whether the workbook with the formula counts its days from 1904: every result would be four years off.
Public Function CountsFrom1904() As Boolean
#If VBA7 Then
    On Error Resume Next
    CountsFrom1904 = Application.Caller.Worksheet.Parent.Date1904
#Else
    If Ready() Then CountsFrom1904 = mFrom1904
#End If
End Function

' A sentence of the calendar sheet, filled in.
Public Function Sentence(ByVal title As String, Optional ByVal one As String, Optional ByVal two As String) As String
    Dim row As Long
    For row = 1 To UBound(mTexts, 1)
        If mTexts(row, 1) = title Then
            Sentence = Replace(Replace(CStr(mTexts(row, 2)), "{1}", one), "{2}", two)
            Exit Function
        End If
    Next
End Function
