"""Invented complaints of an invented bank, as a careful officer would have recorded them.

Nobody here exists: names are drawn from lists, telephone numbers have four zeros in the middle, identity and card
numbers are drawn and given valid check digits. The complaint texts are in `complaint_texts.csv`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stdnum import luhn
from stdnum.cn import ric, uscc

if TYPE_CHECKING:
    from random import Random

Case = dict[str, Any]  # column id → value: str, date, int, float or bool; a column without a value is absent
BANK = "望澜银行"
OUTLETS = (
    ("南京云锦路支行", "010203", "南京市"),
    ("南京三山街支行", "010207", "南京市"),
    ("南京江东门支行", "010211", "南京市"),
    ("南京分行营业部", "010200", "南京市"),
    ("苏州吴趋坊支行", "020105", "苏州市"),
    ("苏州金鸡湖支行", "020108", "苏州市"),
    ("昆山玉山支行", "020312", "苏州市"),
    ("无锡惠山支行", "030104", "无锡市"),
    ("无锡太湖广场支行", "030106", "无锡市"),
    ("南通濠河支行", "040102", "南通市"),
    ("南通通州支行", "040109", "南通市"),
    ("徐州泉山支行", "050103", "徐州市"),
)
AREAS = ("320102", "320106", "320204", "320402", "320502", "320602", "330102", "340102", "410102", "510104")
SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马方俞任袁柳史唐薛雷贺倪汤罗"
GIVEN = (
    "建国 秀英 志强 桂兰 海燕 文彬 丽娟 国栋 雨桐 子涵 春梅 永福 晓东 玉珍 浩然 思源 "
    "凤霞 立新 佳怡 明远 素芬 长河 锦程 慧敏 一鸣 婉清 德胜 若楠 少华 月娥"
)
UNITS = {
    "信用卡": "信用卡中心",
    "借记卡": "个人金融部",
    "人民币储蓄": "个人金融部",
    "贷款": "个人贷款部",
    "自营理财": "财富管理部",
    "银行代理业务": "财富管理部",
    "债务催收": "资产保全部",
    "支付结算": "运营管理部",
    "个人金融信息": "内控合规部",
}
HANDLERS = {
    "信用卡中心": ("丁晓雯", "高建波"),
    "个人金融部": ("顾佩兰", "殷志鹏"),
    "个人贷款部": ("陆文昊", "毛小芹"),
    "财富管理部": ("施丹",),
    "资产保全部": ("龚立群",),
    "运营管理部": ("裴雅静",),
    "内控合规部": ("项卫东",),
    "消费者权益保护部": ("卞思雨", "郝一舟"),
}
# How a complaint comes in: source, how often of a hundred, the ways it may have been brought, how its note begins.
SOURCES = (
    ("hotline", 44, ("phone",), ("客户来电反映，", "来电人称，", "", "", "客户致电：")),
    ("regulator_12378", 15, ("phone", "online"), ("12378转办：", "投诉人反映：", "监管转办件，")),
    ("self_visit", 12, ("visit",), ("客户到现场反映，", "", "来访人称，")),
    ("online", 11, ("online", "app"), ("", "", "留言：")),
    ("government_12345", 8, ("phone",), ("12345工单：", "市民反映，")),
    ("pboc_12363", 4, ("phone", "letter"), ("12363转办：",)),
    ("letter", 3, ("letter",), ("来信内容：", "")),
    ("superior", 2, ("phone",), ("总行客服转办：",)),
    ("media", 1, ("third_party",), ("舆情监测发现网友发帖：",)),
)
ENDINGS = ("", "", "", "，请尽快处理", "，希望三天内给答复", "。要求书面回复", "，不解决就继续投诉", "，请给个合理说法")
RESULTS = {
    True: (
        "经核实，客户反映情况属实，已向客户致歉并{做法}，客户表示认可",
        "反映基本属实，已{做法}，并对经办人员批评教育",
    ),
    False: (
        "经核实，业务办理符合规定和合同约定，已向客户解释说明",
        "调阅录音录像，未发现违规，已将核查结果及依据告知客户",
    ),
}
REMEDIES = {
    "申请退费": "退还相关费用",
    "补偿": "协商补偿",
    "退保": "协助办理退保",
    "停止骚扰": "停止联系并登记拒呼名单",
    "恢复使用": "恢复账户功能",
}
CAUSES = (
    "完善业务话术并组织网点重训",
    "优化系统提示，增加确认页面",
    "修订操作规程，纳入季度检查",
    "加强对合作机构的管理和抽查",
)
TOOK = {"simple": (3, 12), "complex": (16, 26), "special": (34, 55)}


@dataclass
class Bank:
    """Draws people, numbers and cases from one seeded source, so that the same seed gives the same register.

    Attributes:
        random: the seeded source.
        cut: day the register was closed; later events have not happened yet.
        number: how a complaint number is written; takes `on` and `count`.
    """

    random: Random
    cut: date
    number: str
    _decks: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    _count: int = 0

    def case(
        self, received_on: date, *, route: str = "complaint", complexity: str = "simple", ends: str = "closed"
    ) -> Case:
        """One case and what became of it: `ends` is closed, withdrawn or refused."""
        text = self._text(route)
        self._count += 1
        case: Case = {
            "complaint_no": self.number.format(on=received_on, count=self._count),
            "route": route,
            "received_on": received_on,
            "complexity": complexity,
        }
        case |= self._source(received_on) | self._person() | self._where(text["业务类别"]) | self._matter(text)
        prefix = next(begins for name, _, _, begins in SOURCES if name == case["source"])
        case["text"] = self._told(text, self.random.choice(prefix), case)
        if case["source"] == "pboc_12363" and route == "complaint":
            case["route"] = "pboc_referral"
        {"closed": self._close, "withdrawn": self._withdraw, "refused": self._refuse}[ends](case)
        return self._cut_off(case)

    def again(self, first: Case, days: int) -> Case:
        """The same person about the same matter, some days later, closed by joining it to the first case."""
        case = self.case(first["received_on"] + timedelta(days=days))
        same = (
            "id_type",
            "id_no",
            "phone",
            "complainant_name",
            "complainant_type",
            "product_line",
            "product_line_detail",
            "reason",
            "business_channel",
            "request",
            "outlet",
            "outlet_no",
            "region",
            "handler",
            "handling_unit",
        )
        for column in (*same, "account_no", "disputed_cny"):
            case.pop(column, None)
            if column in first:
                case[column] = first[column]
        case["text"] = "同一客户再次来电催问，未提出新的事实和理由。原内容：" + first["text"]
        return case

    def person_no(self, born: date) -> str:
        """A resident ID number with a valid check digit."""
        body = f"{self.random.choice(AREAS)}{born:%Y%m%d}{self.random.randint(100, 999)}"
        return body + ric.calc_check_digit(body + "0")

    def card_no(self, prefix: str) -> str:
        """A card number that passes Luhn; credit cards have 16 digits, debit cards 19."""
        body = prefix + self._digits((15 if prefix == "625" else 18) - len(prefix))
        return body + luhn.calc_check_digit(body)

    def name(self) -> str:
        """An invented name."""
        return self.random.choice(SURNAMES) + self.random.choice(GIVEN.split())

    def phone(self) -> str:
        """An invented mobile number; four zeros in the middle."""
        return self.random.choice(("131", "133", "136", "138", "150", "158", "177", "189")) + "0000" + self._digits(4)

    def _digits(self, count: int) -> str:
        return "".join(str(self.random.randint(0, 9)) for _ in range(count))

    def _text(self, route: str) -> dict[str, str]:
        """The next text of a shuffled deck, so that none comes twice before all have come once."""
        if not self._decks.get(route):
            titles = {
                "complaint": "消费投诉",
                "consultation": "咨询",
                "praise": "表扬",
                "suggestion": "建议",
                "report_of_violation": "举报",
                "petition": "信访",
                "credit_objection": "征信异议",
            }
            deck = [text for text in texts() if text["事项性质"] == titles[route]]
            self.random.shuffle(deck)
            self._decks[route] = deck
        return self._decks[route].pop()

    def _source(self, received_on: date) -> Case:
        names = [name for name, _, _, _ in SOURCES]
        source = self.random.choices(names, [weight for _, weight, _, _ in SOURCES])[0]
        ways = {name: found for name, _, found, _ in SOURCES}
        case: Case = {"source": source, "received_via": self.random.choice(ways[source])}
        case["is_regulator_referral"] = source in {"regulator_12378", "pboc_12363"}
        if case["is_regulator_referral"]:
            case["regulator_received_on"] = received_on - timedelta(days=self.random.randint(3, 6))
            case["regulator_referred_on"] = received_on - timedelta(days=self.random.randint(0, 1))
            case["original_no" if source == "regulator_12378" else "pboc_no"] = f"{received_on:%Y%m}{self._digits(6)}"
        return case

    def _person(self) -> Case:
        if self.random.random() < 0.05:
            body = f"91{self.random.choice(AREAS)}MA{self._digits(7)}"
            number = body + uscc.calc_check_digit(body)
            name = f"{self.random.choice('恒瑞嘉泰宏润')}{self.random.choice('达源丰和诚')}商贸有限公司"
            return {
                "complainant_name": name,
                "complainant_type": "organisation",
                "id_type": "uscc",
                "id_no": number,
                "phone": self.phone(),
            }
        born = date(1945, 1, 1) + timedelta(days=self.random.randint(0, 365 * 59))
        return {
            "complainant_name": self.name(),
            "complainant_type": "person",
            "id_type": "resident_id",
            "id_no": self.person_no(born),
            "phone": self.phone(),
        }

    def _where(self, product: str) -> Case:
        outlet, number, city = self.random.choices(OUTLETS, (9, 8, 6, 8, 6, 7, 5, 5, 6, 5, 4, 3))[0]
        unit = UNITS.get(product, "消费者权益保护部")
        return {
            "respondent": f"{BANK}{city[:2]}分行",
            "outlet": outlet,
            "outlet_no": number,
            "region": city,
            "handling_unit": unit,
            "handler": self.random.choice(HANDLERS[unit]),
            "complainant_count": 1,
            "is_collective": False,
            "is_major": False,
        }

    def _matter(self, text: dict[str, str]) -> Case:
        case = {
            "product_line": text["业务类别"],
            "product_line_detail": text["业务类别明细"],
            "reason": text["投诉原因"],
            "business_channel": text["业务办理渠道"],
            "request": text["投诉请求"],
        }
        found: Case = {
            column: value for column, value in case.items() if value and (value != "其他" or column == "product_line")
        }
        if int(text["金额上限"]):
            found["disputed_cny"] = _round(self.random.uniform(int(text["金额下限"]), int(text["金额上限"])))
        if text["业务类别"] in {"信用卡", "借记卡"} and self.random.random() < 0.7:
            found["account_no"] = self.card_no("625" if text["业务类别"] == "信用卡" else "6217")
        return found

    def _told(self, text: dict[str, str], prefix: str, case: Case) -> str:
        """The text with its gaps filled; long ones are given as they are."""
        happened = case["received_on"] - timedelta(days=self.random.randint(2, 40))
        filled = text["投诉内容"].format(
            网点=case["outlet"],
            金额=f"{case.get('disputed_cny', 0):g}",
            尾号=case.get("account_no", self._digits(4))[-4:],
            日期=f"{happened.month}月{happened.day}日",
            月=f"{happened.month}月份",
            姓=self.random.choice(SURNAMES),
        )
        own = len(filled) > 150 or filled.startswith(("客户", "市民", "匿名", "来信", "投诉人", "群众"))
        return filled if own or not text["业务类别"] else prefix + filled + self.random.choice(ENDINGS)

    def _close(self, case: Case) -> None:
        received, complexity = case["received_on"], case["complexity"]
        took = self.random.randint(*TOOK[complexity])
        decided = received + timedelta(days=took)
        notified = decided + timedelta(days=self.random.randint(0, 1))
        closed = notified + timedelta(days=self.random.randint(0, 2))
        followed = closed + timedelta(days=self.random.randint(1, 4))
        upheld = self.random.random() < 0.42
        case |= self._steps(received) | {"decided_on": decided, "notified_on": notified, "closed_on": closed}
        case |= {"notified_via": self.random.choice(("phone", "phone", "sms", "letter", "visit")), "is_upheld": upheld}
        remedy = REMEDIES.get(case.get("request", ""), "改进服务")
        case["result"] = self.random.choice(RESULTS[upheld]).format(做法=remedy)
        case |= {
            "followed_up_on": followed,
            "satisfaction": self.random.choices(("satisfied", "accepted", "dissatisfied"), (6, 3, 1))[0],
        }
        case |= {
            "archive_no": f"DA{case['complaint_no'][2:]}",
            "archived_on": closed + timedelta(days=self.random.randint(8, 20)),
        }
        if upheld:
            case["rectification"] = self.random.choice(CAUSES)
            if "disputed_cny" in case and case["request"] in {"申请退费", "补偿", "退保"}:
                case["compensation_cny"] = _round(case["disputed_cny"] * self.random.choice((0.3, 0.5, 1)))
            if self.random.random() < 0.15:
                case["accountability"] = "对经办人扣减当季服务考核分"
        if complexity == "special":
            approved = received + timedelta(days=self.random.randint(20, 26))
            case |= {
                "extension_approved_by": "总行分管副行长 严肃",
                "extension_approved_on": approved,
                "extension_notified_on": approved + timedelta(days=self.random.randint(0, 3)),
            }

    def _withdraw(self, case: Case) -> None:
        case |= self._steps(case["received_on"]) | {
            "withdrawn_on": case["received_on"] + timedelta(days=self.random.randint(2, 9))
        }

    def _refuse(self, case: Case) -> None:
        on = case["received_on"] + timedelta(days=self.random.randint(1, 4))
        case |= {
            "registered_on": case["received_on"],
            "refused_on": on,
            "notified_on": on,
            "notified_via": "phone",
            "closed_on": on,
            "result": "反映事项已由法院受理，告知客户通过诉讼解决",
        }

    def _steps(self, received: date) -> Case:
        return {
            "registered_on": received + timedelta(days=self.random.randint(0, 1)),
            "accepted_on": received + timedelta(days=self.random.randint(0, 2)),
            "is_repeat": False,
        }

    def _cut_off(self, case: Case) -> Case:
        """Take out what happens after the register was closed, and say where the case stands."""
        for column in [column for column, value in case.items() if isinstance(value, date) and value > self.cut]:
            del case[column]
        follows = {
            "decided_on": ("result", "is_upheld", "rectification", "compensation_cny", "accountability"),
            "notified_on": ("notified_via",),
            "followed_up_on": ("satisfaction",),
            "archived_on": ("archive_no",),
            "extension_approved_on": ("extension_approved_by",),
        }
        for event, columns in follows.items():
            if event not in case and "refused_on" not in case:
                for column in columns:
                    case.pop(column, None)
        if case["complexity"] == "special" and "extension_notified_on" not in case:
            case["complexity"] = "complex"  # an officer writes 特别复杂 once the extension is approved and told
            case.pop("extension_approved_by", None)
            case.pop("extension_approved_on", None)
        state = next((name for name in ("withdrawn", "refused", "closed") if f"{name}_on" in case), "pending")
        return case | {"status": state}


@cache
def texts() -> tuple[dict[str, str], ...]:
    """The bank of complaint texts."""
    with (Path(__file__).parent / "complaint_texts.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(csv.DictReader(rows))


def _round(amount: float) -> float:
    """Fees to the fen, larger sums to whole tens of yuan."""
    return round(amount, 2) if amount < 1000 else float(round(amount, -1))
