from datetime import datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from xiaobao_xl.registers import Column
from xiaobao_xl.returns import Reply, Take, settle

COLUMNS = {
    "closed_on": Column(title="办结日期", type="date"),
    "result": Column(title="处理结果"),
    "paid_cny": Column(title="赔付金额", type="number", unit="cny"),
    "phone": Column(title="联系电话", type="code"),
    "id_no": Column(title="证件号码", type="identity"),
    "is_upheld": Column(title="是否成立", type="boolean"),
    "status": Column(title="办理状态", values={"pending": ("在办", "办理中"), "closed": ("办结", "已办结")}),
}
DAY = datetime(2026, 9, 1)  # noqa: DTZ001

CASES = yaml.safe_load("""
the unit filled an empty cell:          {column: result, base: '', here: '', there: 已致歉, outcome: filled, value: 已致歉}
the unit changed what was sent:         {column: result, base: 核实中, here: 核实中, there: 已致歉, outcome: changed, value: 已致歉}
both did the same:                      {column: result, base: '', here: 已致歉, there: 已致歉, outcome: agreed}
both changed it:                        {column: result, base: '', here: 退费, there: 已致歉, outcome: conflict}
the register emptied it meanwhile:      {column: result, base: 核实中, here: '', there: 已致歉, outcome: conflict}
the unit emptied it:                    {column: result, base: 核实中, here: 核实中, there: '', outcome: cleared}
a blank more is no change:              {column: result, base: 核实中, here: 核实中, there: '核实中 ', outcome: null}
a line break of Windows is no change:   {column: result, base: "甲\\n乙", here: "甲\\n乙", there: "甲\\r\\n乙", outcome: null}
nothing written is no change:           {column: closed_on, base: '', here: '', there: 无, outcome: null}
a date without a day is not read:       {column: closed_on, base: '', here: '', there: 2026年9月, outcome: unreadable}
an amount in words is not read:         {column: paid_cny, base: '', here: '', there: 约三百, outcome: unreadable}
an amount as text becomes a number:     {column: paid_cny, base: '', here: '', there: '1,200元', outcome: filled, value: 1200}
a known spelling of a code:             {column: status, base: 在办, here: 在办, there: 已办结, outcome: changed, value: 已办结}
another spelling of the same code:      {column: status, base: 在办, here: 在办, there: 办理中, outcome: null}
a code that is not in the list:         {column: status, base: 在办, here: 在办, there: 快了, outcome: unreadable}
a whole telephone number as a number:   {column: phone, base: '', here: '', there: 13800138000.0, outcome: filled, value: '13800138000'}
an identity number Excel damaged:       {column: id_no, base: '', here: '', there: 110101199003070000.0, outcome: unreadable}
a tick is a yes:                        {column: is_upheld, base: '', here: '', there: true, outcome: filled, value: 是}
""")


def reply(column, base, here, there, **parts):
    known = {"sender": "甲支行", "file": "甲.xlsx", "cell": "C5", "row": 3, "key": "TS1"} | parts
    return Reply(column=column, base=base, here=here, there=there, **known)


def settled(*replies, **take):
    return settle(replies, COLUMNS, {}, Take(**take))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_cell(case):
    found = settled(reply(case["column"], case["base"], case["here"], case["there"]))
    assert [each.outcome for each in found] == [case["outcome"]] * bool(case["outcome"])
    assert [each.value for each in found if each.is_applied] == ([case["value"]] if "value" in case else [])


def test_a_date_goes_home_as_a_date_however_it_was_typed():
    (found,) = settled(reply("closed_on", "", "", "2026.9.1"))
    assert found.value == DAY.date()
    assert not settled(reply("closed_on", DAY, DAY, "2026年9月1日"))


def test_a_locked_cell_never_goes_home():
    (found,) = settled(reply("result", "甲", "甲", "乙", is_open=False), theirs=True)
    assert (found.outcome, found.is_applied) == ("locked", False)


def test_two_senders_who_differ_are_a_conflict_and_agreeing_ones_are_not():
    one, other = reply("result", "", "", "甲"), reply("result", "", "", "乙", sender="乙支行", file="乙.xlsx")
    (found,) = settled(one, other)
    assert (found.outcome, found.is_applied, len(found.replies)) == ("conflict", False, 2)
    (found,) = settled(one, reply("result", "", "", "甲", sender="乙支行", file="乙.xlsx"))
    assert (found.outcome, found.value) == ("filled", "甲")


def test_a_conflict_is_settled_only_as_told():
    both = reply("result", "", "退费", "已致歉")
    assert [(each.is_settled, each.is_applied) for each in settled(both)] == [(False, False)]
    assert [(each.value, each.is_applied) for each in settled(both, theirs=True)] == [("已致歉", True)]
    assert [(each.value, each.is_applied) for each in settled(both, units=("甲支行",))] == [("已致歉", True)]
    assert [each.is_settled for each in settled(both, units=("乙支行",))] == [False]
    assert [(each.is_settled, each.is_applied) for each in settled(both, ours=True)] == [(True, False)]


def test_theirs_does_not_choose_between_two_units_but_a_name_does():
    pair = reply("result", "", "", "甲"), reply("result", "", "", "乙", sender="乙支行", file="乙.xlsx")
    assert [each.is_settled for each in settled(*pair, theirs=True)] == [False]
    assert [each.value for each in settled(*pair, units=("乙支行",))] == ["乙"]


def test_a_cleared_cell_is_emptied_only_as_told():
    cleared = reply("result", "核实中", "核实中", "")
    assert [each.is_applied for each in settled(cleared)] == [False]
    assert [(each.value, each.is_applied) for each in settled(cleared, theirs=True)] == [(None, True)]


def test_without_the_record_of_what_was_sent_only_an_empty_cell_is_filled():
    def lost(here, there):
        return [each.outcome for each in settled(reply("result", None, here, there, is_base_known=False))]

    assert lost("", "已致歉") == ["filled"]
    assert lost("退费", "已致歉") == ["conflict"]
    assert lost("退费", "退费") == lost("退费", "") == []


cells = some.sampled_from(["", "甲", "乙", "丙"])


@given(some.lists(some.tuples(cells, cells), max_size=4), cells)
def test_what_is_in_the_register_changes_only_where_it_still_holds_what_was_sent(pairs, here):
    replies = [reply("result", base, here, there, sender=f"{n}", file=f"{n}") for n, (base, there) in enumerate(pairs)]
    for found in settled(*replies):
        if found.is_applied:
            assert {each.base for each in found.replies} == {here}
            assert {each.there for each in found.replies} == {found.value}


@given(cells, cells)
def test_what_came_back_as_it_was_sent_changes_nothing(base, here):
    assert settled(reply("result", base, here, base)) == []
