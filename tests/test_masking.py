"""A masked register tells an audience no more than its table allows, the same value in the same way everywhere."""

from __future__ import annotations

import pytest
from small_registers import register_of

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding
from xiaobao_xl.masking.audiences import AUDIENCES, POLICIES
from xiaobao_xl.masking.leaks import leaks
from xiaobao_xl.masking.masker import Masker, masked
from xiaobao_xl.rules import load_rules

HIDING = [audience for audience in AUDIENCES if audience != "regulator"]
ROWS = [
    {
        "投诉编号": "TS20260901001", "人行工单号": "PB2026090100001", "投诉人姓名": "张晓明", "证件号码": "110101199003074512",
        "联系电话": "13800138000", "账号/卡号": "6222021234567890128", "联系地址": "江苏省南京市鼓楼区中山北路12号3栋501室",
        "网点名称": "王强路支行", "经办人": "陆一鸣", "涉及金额": 1234567.89,
        "投诉内容": "客户 张 晓 明 来电，电话１３８－００１３－８０００，称在王强路支行被王强扣款1234567.89元，详见TS20260901001",
    },
    {
        "投诉编号": "TS20260901002", "投诉人姓名": "王强", "证件号码": "110101199003074512", "联系电话": "138 0013 8000、025-84567890",
        "网点名称": "城南支行", "经办人": "陆一鸣", "投诉内容": "王强与张晓明同住，由陆一鸣经办；李女士可证，110101 19900307 4512",
        "备注": "家住江苏省南京市鼓楼区中山北路12号3栋501室",
    },
    {"投诉编号": "TS20260901003", "投诉人姓名": "张伟", "联系电话": "13800138001", "经办人": "严肃", "投诉内容": "态度不严肃"},
]  # fmt: skip


@pytest.fixture(scope="module")
def register():
    rules = load_rules()
    return register_of(ROWS, rules.registers["complaint"], rules.categories)


def texts_of(register):
    return [str(value) for column in register.frame for value in register.frame[column].dropna().tolist()]


@pytest.mark.parametrize("audience", HIDING)
def test_nothing_personal_is_left(register, audience):
    masker = Masker([register], audience)
    told = texts_of(masker.register(register))
    assert masker.leaks(told) == []
    for secret in (
        "张晓明",
        "110101199003074512",
        "13800138000",
        "84567890",
        "6222021234567890128",
        "中山北路",
        "李女士",
    ):
        assert not any(secret in text.replace(" ", "") for text in told), secret


def test_the_leaks_of_the_register_itself_are_seen(register):
    kinds = {leak.kind for leak in Masker([register], "training").leaks(texts_of(register))}
    assert {"证件号码", "电话号码", "账号或卡号", "地址"} <= kinds


def test_a_regulator_keeps_the_columns_but_no_numbers_in_free_text(register):
    done = masked(register, "regulator").frame
    assert done["id_no"].tolist()[:2] == ["110101199003074512"] * 2
    assert done["complainant_name"][0] == "张晓明"
    assert "138****8000" in done["text"][0]
    assert "4512" in done["text"][1]
    assert "19900307" not in done["text"][1]


@pytest.mark.parametrize("audience", HIDING)
def test_the_same_value_is_hidden_the_same_way_across_rows_and_columns(register, audience):
    masker = Masker([register], audience)
    done = masker.register(register).frame
    name = done["complainant_name"][0]
    assert name in done["text"][0]
    assert name in done["text"][1]
    assert done["complainant_name"].nunique() == 3
    if POLICIES[audience]["phone"] != "dropped":
        assert done["phone"][1].startswith(done["phone"][0] + "、")
        assert done["id_no"][0] == done["id_no"][1]


def test_pseudonyms_are_numbered_by_first_appearance(register):
    done = masked(register, "training").frame
    assert done["complainant_name"].tolist() == ["投诉人001", "投诉人002", "投诉人003"]
    assert done["handler"].tolist() == ["工作人员001", "工作人员001", "工作人员002"]


def test_shortened_values_stay_apart(register):
    done = masked(register, "department").frame
    assert done["complainant_name"].tolist() == ["张**", "王**", "张**（2）"]
    assert done["phone"][0] == "138****8000"
    assert done["address"][0] == "江苏省南京市****"


def test_amounts_dates_and_case_numbers_stay(register):
    done = masked(register, "training").frame
    assert done["complaint_no"].tolist() == register.frame["complaint_no"].tolist()
    assert "1234567.89元，详见TS20260901001" in done["text"][0]
    assert done["disputed_cny"].equals(register.frame["disputed_cny"])


def test_a_name_within_the_name_of_an_outlet_stays(register):
    done = masked(register, "training").frame
    assert done["outlet"][0] == "王强路支行"
    assert "在王强路支行被投诉人002扣款" in done["text"][0]


def test_a_public_copy_has_no_case_numbers_and_no_columns_of_persons(register):
    done = masked(register, "public").frame
    assert done["complaint_no"].tolist() == ["案件001", "案件002", "案件003"]
    assert "详见案件001" in done["text"][0]
    assert done[["id_no", "phone", "account_no", "address", "handler", "pboc_no"]].isna().all(axis=None)


def test_a_clerk_whose_name_is_a_common_word_changes_no_sentence(register):
    assert masked(register, "training").frame["text"][2] == "态度不严肃"


def test_the_original_is_not_changed(register):
    before = register.frame.copy()
    masked(register, "public")
    assert register.frame.equals(before)


def test_findings_are_masked_too(register):
    masker = Masker([register], "public")
    told = Finding(
        "a", "error", "证件号码“110101199003074512”的校验位不对", "台账.xlsx", "台账", 4, "id_no", "证件号码", "B4", "TS20260901001",
        "110101199003074512",
    )  # fmt: skip
    done = masker.finding(told, register.schema)
    assert "4512" not in done.message + done.value
    assert done.key == "案件001"


def test_an_unknown_audience_is_refused(register):
    with pytest.raises(WorkbookError, match="没有名为 boss 的脱敏对象"):
        masked(register, "boss")


def test_known_values_are_found_with_blanks_in_between():
    assert [leak.kind for leak in leaks(["张 晓　明 到场"], ["张晓明"])] == ["姓名"]


def test_every_policy_says_what_becomes_of_every_kind():
    assert len({frozenset(policy) for policy in POLICIES.values()}) == 1
