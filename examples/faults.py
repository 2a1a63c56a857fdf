"""What goes wrong in a register that many hands fill in: each fault of the list below, so many times.

Rows come as column id → cell value in the words of the institution. About one row in five is spoilt, some of them more
than once, but no cell twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invented_cases import Bank

Row = dict[str, Any]
Edit = Callable[[Row, "Bank"], None]
STYLES = (
    ("{on:%Y-%m-%d}", 5),
    ("{on:%Y}.{on.month}.{on.day}", 4),
    ("{on:%Y}年{on.month}月{on.day}日", 3),
    ("{on:%Y%m%d}", 3),
    ("{on:%Y}/{on.month}/{on.day}", 4),
    (" {on:%Y-%m-%d} ", 1),
    ("fullwidth", 1),
    ("serial", 1),
    ("number", 1),
    ("moment", 3),
    ("date", 74),
)
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
LATE = 40
MOST = 3  # faults in one row: a careless hand is careless more than once
ALONE = {"received_on"}  # a case without its first date shows no other fault


def spoil(rows: list[Row], bank: Bank) -> list[Row]:
    """Add the columns nobody asked for, write dates as each hand writes them, then put in the faults."""
    for row in rows:
        _dress_up(row, bank)
    order = bank.random.sample(range(len(rows)), len(rows))
    touched: dict[int, set[str]] = {}
    for count, needs, edit in FAULTS:
        for _ in range(count):
            _put_in(rows, order, touched, needs, edit, bank)
    _double(rows, [place for place in range(len(rows)) if place not in touched], bank)
    styles, weights = zip(*STYLES, strict=True)
    for row in rows:
        style = bank.random.choices(styles, weights)[0]
        for column, value in row.items():
            if type(value) is date:
                row[column] = _written(value, style, bank)
    return rows


def _put_in(
    rows: list[Row], order: list[int], touched: dict[int, set[str]], needs: str, edit: Edit, bank: Bank
) -> None:
    """Put one fault into the first row that can bear it; no cell is spoilt twice, no row more than three times."""
    needed = {need.lstrip("-").partition("=")[0] for need in needs.split()}
    for place in order:
        faults = touched.get(place, set())
        if (
            (ALONE | needed) & faults
            or sum(name.startswith("#") for name in faults) == MOST
            or not _suits(rows[place], needs)
        ):
            continue
        spoilt = dict(rows[place])
        edit(spoilt, bank)
        changed = {name for name in spoilt.keys() | rows[place].keys() if spoilt.get(name) != rows[place].get(name)}
        if changed and not changed & faults and not (faults and ALONE & changed):
            rows[place] = spoilt
            touched[place] = faults | changed | {f"#{len(faults)}"}
            return
    raise ValueError(f"no row is left for a fault that needs {needs}")


def _dress_up(row: Row, bank: Bank) -> None:
    """Columns that no register knows, amounts in ten thousand yuan, and a date of import."""
    if "disputed_cny" in row:
        row["disputed_cny"] = round(row["disputed_cny"] / 10000, 6)
    number = row["id_no"]
    if "身份证" in row["id_type"]:
        row["sex"] = ("女", "男")[int(number[16]) % 2]
    row["was_visited"] = "是" if "followed_up_on" in row else "否"
    row["imported_by"] = bank.random.choice(("system", "bsy", "hyz"))
    row["imported_at"] = datetime(2026, 9, 30, 17, bank.random.randint(0, 59))  # noqa: DTZ001  (a cell has no zone)
    if row.get("is_repeat") == "否" and bank.random.random() < 0.3:
        row["is_repeat"] = bank.random.choice(("0", "N", "×"))


def _suits(row: Row, needs: str) -> bool:
    """Whether a row has all the columns named, and none of those with a minus; `column=text` asks for a text in it."""
    for need in needs.split():
        column, _, wanted = need.lstrip("-").partition("=")
        if need.startswith("-"):
            if column in row:
                return False
        elif column not in row or (wanted and wanted not in str(row[column])):
            return False
    return True


def _put(column: str, value: Any) -> Edit:
    return lambda row, _: row.update({column: value})


def _drop(*columns: str) -> Edit:
    def edit(row: Row, _: Bank) -> None:
        for column in columns:
            row.pop(column, None)

    return edit


def _cell(column: str, change: Callable[[Any], Any]) -> Edit:
    return lambda row, _: row.update({column: change(row[column])})


def _shift(column: str, base: str, days: int) -> Edit:
    return lambda row, _: row.update({column: row[base] + timedelta(days=days)})


def _late(row: Row, bank: Bank) -> None:
    """Decided, told and closed long after the limit."""
    by = timedelta(days=bank.random.randint(6, LATE))
    for column in ("decided_on", "notified_on", "closed_on", "followed_up_on", "archived_on"):
        if isinstance(row.get(column), date):
            row[column] += by


def _forgotten(row: Row, _: Bank) -> None:
    """Still open although the limit is long past."""
    for column in (
        "decided_on",
        "notified_on",
        "notified_via",
        "closed_on",
        "followed_up_on",
        "satisfaction",
        "archive_no",
        "archived_on",
        "result",
        "is_upheld",
        "rectification",
        "compensation_cny",
        "accountability",
    ):
        row.pop(column, None)
    row |= {"status": "处理中", "was_visited": "否"}


def _crowd(count: int, major: str, representatives: int) -> Edit:
    def edit(row: Row, _: Bank) -> None:
        row |= {
            "complainant_count": count,
            "representative_count": representatives,
            "is_collective": "是",
            "is_major": major,
            "source": "来访",
            "received_via": "来访",
            "is_regulator_referral": "否",
        }
        if major == "是":
            row["major_reported_on"] = row["received_on"]

    return edit


def _rambling(row: Row, _: Bank) -> None:
    """Line breaks, full-width blanks and a second matter within one text."""
    more = "补充：客户又说，上次去网点停车也没人管，不过这个不是主要的。"
    row["text"] = f"　　{row['text']}\n\n{more}\n（录入人：因系统卡顿，重复提交，以本条为准）"


def _agent(row: Row, bank: Bank) -> None:
    row |= {"agent_name": bank.name(), "agent_id_no": bank.person_no(date(1982, 5, 14)), "agent_authorised": "否"}


def _repeat(row: Row, twin: Row, days: int) -> None:
    """The same person about the same matter, not marked as a repeat."""
    for column in (
        "id_type",
        "id_no",
        "phone",
        "complainant_name",
        "complainant_type",
        "sex",
        "product_line",
        "product_line_detail",
        "reason",
        "text",
        "business_channel",
    ):
        if column in twin:
            row[column] = twin[column]
    row["remark"] = f"客户称{days}天前已反映过"


def _double(rows: list[Row], free: list[int], bank: Bank) -> None:
    """Two numbers given twice, four repeats not marked."""
    whole = [
        place for place in sorted(free) if _suits(rows[place], "closed_on product_line id_type=身份证 -merged_into")
    ]
    for first, second in ((whole[3], whole[4]), (whole[20], whole[40])):
        rows[second]["complaint_no"] = rows[first]["complaint_no"]
    for first in (whole[8], whole[30], whole[50], whole[70]):
        second = whole[whole.index(first) + bank.random.randint(2, 6)]
        _repeat(rows[second], rows[first], (rows[second]["received_on"] - rows[first]["received_on"]).days)


def _written(value: date, style: str, bank: Bank) -> Any:
    """A date as one hand writes it; all of these can be read without a guess."""
    special: dict[str, Any] = {
        "date": value,
        "fullwidth": f"{value:%Y-%m-%d}".translate(FULL_WIDTH),
        "serial": (value - date(1899, 12, 30)).days,
        "number": int(f"{value:%Y%m%d}"),
        "moment": datetime(value.year, value.month, value.day, bank.random.randint(8, 17), 30),  # noqa: DTZ001
    }
    return special[style] if style in special else style.format(on=value)


# How many rows, what a row must have, what is done to it.
FAULTS: tuple[tuple[int, str, Edit], ...] = (
    (3, "complexity=特别 extension_approved_by route=投诉 decided_on", _drop("extension_approved_by")),
    (2, "complexity=特别 extension_notified_on route=投诉 decided_on", _drop("extension_notified_on")),
    (8, "id_type=身份证 id_no", _cell("id_no", lambda no: int(no[:15] + "000") if no[:15].isdigit() else no)),
    (2, "id_type=身份证 id_no", _cell("id_no", lambda no: f"{int(no[:17]) * 10:.5E}")),
    (4, "id_type=身份证 id_no", _cell("id_no", lambda no: no[:17] + ("7" if no[17] != "7" else "4"))),
    (1, "id_type=身份证 id_no", _cell("id_no", lambda no: no[:17])),
    (1, "id_type=营业执照 id_no", _cell("id_no", lambda no: no[:17] + ("A" if no[17] != "A" else "B"))),
    (10, "phone", _cell("phone", int)),
    (2, "phone", _cell("phone", lambda no: no[:10])),
    (4, "account_no=6217", _cell("account_no", lambda no: float(no[:15]) * 10000)),
    (2, "account_no", _cell("account_no", lambda no: no[:-1] + str((int(no[-1]) + 1) % 10))),
    (5, "outlet_no", _cell("outlet_no", int)),
    (2, "closed_on=-05-", _put("closed_on", "5/6/2026")),
    (1, "registered_on", _cell("registered_on", lambda on: f"{on:%y}.{on.month}.{on.day}")),
    (1, "received_on=-04-", _put("received_on", "04/05/26")),
    (1, "followed_up_on", _put("followed_up_on", "待定")),
    (1, "closed_on", _put("closed_on", "2026-02-30")),
    (1, "received_on=2026-0", _cell("received_on", lambda on: f"2062{on:-%m-%d}")),
    (2, "registered_on closed_on", _put("registered_on", date(2027, 3, 8))),
    (3, "closed_on route=投诉", _shift("closed_on", "received_on", -4)),
    (2, "notified_on decided_on", _shift("notified_on", "decided_on", -2)),
    (2, "registered_on", _shift("registered_on", "received_on", -3)),
    (9, "closed_on route=投诉 complexity=一般 -mediation_from -withdrawn_on", _late),
    (2, "closed_on route=投诉 complexity=复杂 -mediation_from -withdrawn_on", _late),
    (5, "closed_on=-07- route=投诉 decided_on", _forgotten),
    (2, "complexity=一般 route=投诉 decided_on", _crowd(23, "否", 5)),
    (1, "complexity=一般 route=投诉 decided_on", _crowd(26, "是", 7)),
    (1, "route=投诉 decided_on", _drop("complaint_no")),
    (2, "route=投诉 decided_on", _drop("received_on")),
    (2, "product_line", _drop("product_line")),
    (3, "reason", _drop("reason")),
    (2, "business_channel", _drop("business_channel")),
    (2, "phone", _drop("phone")),
    (2, "text", _drop("text")),
    (1, "request", _drop("request")),
    (1, "product_line", _put("text", "见附件")),
    (2, "business_channel", _put("business_channel", "微信小程序")),
    (1, "source", _put("source", "朋友介绍")),
    (1, "closed_on", _put("status", "已处理完毕")),
    (1, "product_line", _put("product_line", "消费金融")),
    (1, "complexity", _put("complexity", "加急")),
    (2, "handler", _put("handler", "#N/A")),
    (1, "disputed_cny", _put("disputed_cny", "#VALUE!")),
    (2, "disputed_cny", _cell("disputed_cny", lambda value: f"约{value:.1f}万")),
    (1, "compensation_cny", _cell("compensation_cny", lambda value: -value)),
    (2, "closed_on status=已 -withdrawn_on", _drop("closed_on", "archived_on", "followed_up_on", "satisfaction")),
    (1, "withdrawn_on", _drop("withdrawn_on")),
    (2, "notified_on status=已 route=投诉", _drop("notified_on", "notified_via", "followed_up_on", "satisfaction")),
    (3, "notified_via", _drop("notified_via")),
    (2, "is_regulator_referral=是 source=转", _put("is_regulator_referral", "否")),
    (1, "is_regulator_referral=是", _drop("regulator_referred_on")),
    (1, "merged_into", _drop("is_repeat")),
    (2, "is_upheld=是 rectification", _drop("rectification")),
    (2, "product_line route=投诉", _agent),
    (3, "text product_line", _rambling),
    (4, "product_line=信用卡 reason=收费", _put("product_line", "贵金属")),
    (3, "product_line=债务催收", _put("product_line", "人民币储蓄")),
    (2, "reason=债务催收", _put("reason", "因产品收益引起的投诉")),
    (1, "reason=服务态度", _put("reason", "因债务催收方式和手段引起的投诉")),
    (1, "reason=定价收费", _put("reason", "因消费者信息安全引起的投诉")),
    (1, "handler", _put("route", "  投诉 ")),
)
