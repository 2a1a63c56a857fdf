"""Personal data is found however it is spaced; what only looks like it is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl.findings import mask
from xiaobao_xl.masking.leaks import leaks
from xiaobao_xl.masking.masker import Masker
from xiaobao_xl.plain_text import compact, plain
from xiaobao_xl.private_text import spans

WIDE = str.maketrans("0123456789Xx-", "０１２３４５６７８９Ｘｘ－")
NUMBERS = (
    "13800138000", "19912345678", "110101199003074512", "32050219850429182X", "130503670401001", "6222021234567890128",
    "4367421234567896", "025-84567890", "010-62345678", "0755-8456789", "zhang.san@example.com",
)  # fmt: skip
HARMLESS = (
    "投诉编号 TS20260901001", "金额 1234567.89", "金额1,234,567.89元", "2026-09-01 2026-09-30", "2026年9月1日", "20260901",
    "保单号 P20260012345", "工单 202609010012", "电话银行20260901开通", "微信50000元", "银保监会令2020年第3号", "95588",
    "客服400-123-4567", "2023 2024 2025 2026", "1 3 5 7 9 11 13 15", "账户余额123456789.50元", "南京三山街支行", "12345热线",
    "0.12345678901234567", "客户高度不满", "客户周一来电", "客户陈述称", "客户何时投诉", "客户明确表示", "对方经理",
    "9月12号", "第12号窗口", "年化3.65%", "等待3小时45分", "尾号1234", "股票代码600000",
)  # fmt: skip
CHINESE = st.text("的了在是我有和人这客户来电反映办理支行卡贷款年利率费用退还要求投诉，。；：（）！", max_size=20)


@st.composite
def spaced(draw: st.DrawFn, number: str) -> str:
    """A number as people type it: groups parted by blanks or hyphens, wide or narrow digits."""
    written = number.translate(WIDE) if draw(st.booleans()) else number
    if "@" in written or "＠" in written:
        return number
    cuts = draw(st.lists(st.integers(1, len(written) - 1), max_size=5, unique=True))
    between = st.sampled_from([" ", "-", "\u3000", "—", "\u200b", " - ", "\u00a0"])
    return "".join((draw(between) if place in cuts else "") + sign for place, sign in enumerate(written))


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, str]:
    """A number and a Chinese text that holds it."""
    number = draw(st.sampled_from(NUMBERS))
    return number, draw(CHINESE) + draw(spaced(number)) + draw(CHINESE)


@given(planted())
def test_a_planted_number_is_found_whole(given_):
    number, text = given_
    found = [compact(text[begin:end]) for begin, end, _ in spans(text)]
    assert any(compact(number) in one for one in found), found


@given(planted())
def test_no_planted_number_survives_masking(given_):
    number, text = given_
    for audience in ("regulator", "department", "training", "public"):
        done = Masker([], audience).text(text)
        assert compact(number) not in compact(done)
        assert leaks([done], with_persons=audience != "regulator") == []


@given(CHINESE, st.sampled_from(HARMLESS), CHINESE)
def test_what_is_no_personal_data_stays(before, harmless, after):
    text = f"{before}，{harmless}，{after}"
    assert harmless in Masker([], "training").text(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_has_no_spans(text):
    assert spans(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("住江苏省南京市鼓楼区中山北路12号3栋501室，要求答复", "江苏省南京市鼓楼区中山北路12号3栋501室"),
        ("家住 5栋2单元501室 的客户", "5栋2单元501室"),
        ("寄到桃源村3组", "桃源村3组"),
        ("南京市鼓楼区中山北路附近", "南京市鼓楼区中山北路"),
        ("微信号 abc_12345 联系", "abc_12345"),
        ("QQ12345678 联系", "12345678"),
        ("车牌苏A12345的车", "苏A12345"),
        ("护照号 E12345678", "E12345678"),
        ("电话84567890", "84567890"),
        ("账号 123 4567 8901", "123 4567 8901"),
        ("一三八零零一三八零零零", "一三八零零一三八零零零"),
        ("信用代码91110000600037341L", "91110000600037341L"),
        ("客户张三来电", "张三"),
        ("投诉人：欧阳锋，男", "欧阳锋"),
        ("联系人 王小明", "王小明"),
        ("138.0013.8000", "138.0013.8000"),
        ("+86 138 0013 8000", "+86 138 0013 8000"),
    ],
)
def test_shapes(text, found):
    assert found in [text[begin:end] for begin, end, _ in spans(text)]


def test_a_form_of_address_keeps_its_title_and_loses_its_name():
    done = Masker([], "training").text("张先生与李女士称王某某在场，欧阳老师不在")
    assert done == "某先生与某女士称某某某在场，某老师不在"


def test_a_known_code_is_no_number_of_a_person():
    assert leaks(["202609010012345678"], allowed={"202609010012345678"}) == []
    assert leaks(["见 202609010012345678"], allowed={"202609010012345678"}) == []
    assert leaks(["202609010012345678"])


@given(st.text())
def test_plain_keeps_the_length(text):
    assert len(plain(text)) == len(text)


@given(st.text(max_size=60))
def test_spans_lie_in_order_inside_the_text(text):
    place = 0
    for begin, end, _ in spans(text):
        assert place <= begin < end <= len(text)
        place = end


def test_mask_hides_the_middle():
    assert mask("13800138000") == "138****8000"
