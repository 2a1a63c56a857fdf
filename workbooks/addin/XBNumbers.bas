Option Explicit
Option Private Module

' Identity numbers and credit codes: what is wrong with one, as the key of a sentence and what to fill in, parted by |;
' empty where it can exist.

Public Function IdentityFault(ByVal text As String) As String
    Dim birth As String, expected As String
    If Len(text) <> 18 And Len(text) <> 15 Then
        IdentityFault = "id_length|" & Len(text)
    ElseIf Not (IsDigits(Left$(text, 17)) And AllIn(Mid$(text, 18), "0123456789X")) Then
        IdentityFault = "id_signs"
    ElseIf Len(text) = 15 Then
        IdentityFault = BirthFault("19" & Mid$(text, 7, 6), 12)
    Else
        birth = BirthFault(Mid$(text, 7, 8), 14)
        expected = LastOfIdentity(text)
        If birth <> "" Then
            IdentityFault = birth
        ElseIf Right$(text, 1) <> expected Then
            IdentityFault = "id_last|" & expected
        End If
    End If
End Function

Private Function BirthFault(ByVal digits As String, ByVal last_place As Long) As String
    Dim today_digits As String
    If Not Exists(CLng(Left$(digits, 4)), CLng(Mid$(digits, 5, 2)), CLng(Mid$(digits, 7, 2))) Then
        BirthFault = "id_birth|" & last_place
        Exit Function
    End If
    today_digits = Year(Date) & Right$("0" & Month(Date), 2) & Right$("0" & Day(Date), 2)
    If digits < "19000101" Or digits > today_digits Then
        BirthFault = "id_outside|" & last_place & "|" & _
            Left$(today_digits, 4) & "-" & Mid$(today_digits, 5, 2) & "-" & Mid$(today_digits, 7, 2)
    End If
End Function

Public Function Exists(ByVal of_year As Long, ByVal of_month As Long, ByVal of_day As Long) As Boolean
    Dim last As Long
    If of_month < 1 Or of_month > 12 Then Exit Function
    Select Case of_month
        Case 2
            last = 28
            If of_year Mod 4 = 0 And (of_year Mod 100 <> 0 Or of_year Mod 400 = 0) Then last = 29
        Case 4, 6, 9, 11
            last = 30
        Case Else
            last = 31
    End Select
    Exists = (of_day >= 1 And of_day <= last)
End Function

' ISO 7064 MOD 11-2 over the first 17 digits.
Private Function LastOfIdentity(ByVal text As String) As String
    Dim place As Long, total As Long
    For place = 1 To 17
        total = ((total + CLng(Mid$(text, place, 1))) * 2) Mod 11
    Next
    LastOfIdentity = Mid$("10X98765432", total + 1, 1)
End Function

Public Function CreditCodeFault(ByVal text As String) As String
    Const SIGNS As String = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    Dim place As Long, total As Long, weight As Long, expected As String
    If Len(text) <> 18 Then
        CreditCodeFault = "uscc_length|" & Len(text)
        Exit Function
    End If
    If Not (IsDigits(Mid$(text, 3, 6)) And AllIn(text, SIGNS)) Then
        CreditCodeFault = "uscc_signs"
        Exit Function
    End If
    weight = 1
    For place = 1 To 17
        total = (total + (InStr(1, SIGNS, Mid$(text, place, 1), vbBinaryCompare) - 1) * weight) Mod 31
        weight = (weight * 3) Mod 31
    Next
    expected = Mid$(SIGNS, ((31 - total) Mod 31) + 1, 1)
    If Right$(text, 1) <> expected Then CreditCodeFault = "uscc_last|" & expected
End Function

Public Function IsDigits(ByVal text As String) As Boolean
    IsDigits = Not (text Like "*[!0-9]*")
End Function

Private Function AllIn(ByVal text As String, ByVal signs As String) As Boolean
    Dim place As Long
    For place = 1 To Len(text)
        If InStr(1, signs, Mid$(text, place, 1), vbBinaryCompare) = 0 Then Exit Function
    Next
    AllIn = True
End Function
