"""Personal data in running text: numbers, addresses and forms of address found by their shape, however they are spaced.

Full-width digits and letters, blanks of any kind and hyphens between digits make no difference. The shapes are wide on
purpose: what might be a person's number counts as one. Dates, amounts and short codes have none of these shapes.
Sources of shapes: resident identity number GB 11643, unified social credit code GB 32100, bank cards ISO/IEC 7812.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from xiaobao_xl.plain_text import compact, plain

Kind = Literal["person", "surname", "staff", "id", "phone", "account", "mail", "chat", "plate", "address"]
TITLES: Final[dict[str, str]] = {
    "person": "姓名", "surname": "姓氏加称呼", "staff": "署名", "id": "证件号码", "phone": "电话号码", "account": "账号或卡号",
    "mail": "邮箱", "chat": "微信或QQ号", "plate": "车牌号", "address": "地址",
}  # fmt: skip
"""Kind → what a sentence calls it."""


class Span(NamedTuple):
    """A stretch of a text that tells of a person: where, and what it is."""

    begin: int
    end: int
    kind: str


_G = r"[ -]{0,8}"  # what may stand between two digits of one number
_PROVINCE = rf"(?:1{_G}[1-5]|2{_G}[1-3]|3{_G}[1-7]|4{_G}[1-6]|5{_G}[0-4]|6{_G}[1-5]|7{_G}1|8{_G}[1-3]|9{_G}1)"
_DAY = rf"(?:0{_G}[1-9]|1{_G}[0-2]){_G}(?:0{_G}[1-9]|[12]{_G}\d|3{_G}[01])"
_FAR = "[^0-9A-Za-z]{0,4}?"  # between the word that names a number and the number
_DATE = re.compile(r"(?<!\d)(?:20\d\d-\d{1,2}-\d{1,2}|19\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)")
_NOISE = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|(?=[0-9a-f]*[a-f])[0-9a-f]{32,})(?![0-9A-Za-z])"
)
_FRACTION = re.compile(
    r"(?<![\d.])0\.\d{12,}|(?:(?<=\": )|(?<=\":)|(?<=\[))-?\d+\.\d{12,17}(?=[,}\] ]|$)|^\s*-?\d+\.\d+(?:[eE][-+]?\d+)?,?\s*$"
)
_UNIT = (
    r" ?(?:[A-Za-z]?\d{1,5}(?:-\d{1,4}){0,3}|[一二三四五六七八九十百]{1,5})[A-Za-z]?"
    r"(?:号院|号楼|号(?!文|令|线|公告|通知)|弄|栋|幢|座|单元|室|楼|组|队)"
)
_ROAD = (
    r"(?:路|街|大道|街道|[东西南北中]道|巷|弄|胡同|村|苑|小区|花园|公寓|大厦|广场|家园|城|湾|府|庄|坊)"
    r"(?:[东西南北中一二三四五六七八九十]段|支路)?"
)
_PLACE = r"[^\W\d_A-Za-z在到于住往至址是为从系我他她您你们的了来去和及与其户]"  # a sign of the name of a place


def _is_loose_date(found: str) -> bool:
    """Spaced digits that hold a date are dates and small numbers, no telephone."""
    numbers = re.findall(r"\d+", found)
    is_list = len(numbers) > 6 and len(numbers[-1]) < 3 and all(int(a) < int(b) for a, b in pairwise(numbers))
    return is_list or (len(numbers) > 1 and _DATE.search(found) is not None)


def _passes_luhn(found: str) -> bool:
    digits = [int(sign) for sign in found if sign.isdigit()]
    doubled = [digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _is_card(found: str) -> bool:
    return not _is_loose_date(found) and (compact(found).startswith("62") or _passes_luhn(found))


def _is_grouped_card(found: str) -> bool:
    return found[0] == "6" or _passes_luhn(found)


def _is_no_day(found: str) -> bool:
    return not re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])\d\d", re.sub(r"\D", "", found))


class _Shape(NamedTuple):
    """What one kind of number looks like.

    Attributes:
        kind: what it is.
        pattern: how it is written.
        least: digits that must stand together for it to be looked for.
        fits: says no to what only looks so.
        signs: one of them the text must hold.
    """

    kind: Kind
    pattern: re.Pattern[str]
    least: int = 0
    fits: Callable[[str], bool] | None = None
    signs: tuple[str, ...] = ()


def _is_tight(found: str) -> bool:
    return not _is_loose_date(found)


_TOGETHER = re.compile(r"[+(（]?\d(?:[ ()（）.-]{0,9}\d){6,}(?:[ -]{0,6}[Xx*])?")
_BIRTH = rf"(?:1{_G}[89]|2{_G}0)(?:{_G}\d){{2}}{_G}{_DAY}"
_EXTENSION = rf"(?:{_G}(?:转|分机) ?\d{{1,6}}|-\d{{1,6}})?"
_AREA = rf"0{_G}(?:1{_G}0|2{_G}\d|[3-9](?:{_G}\d){{2}})"
_BY_DIGITS: Final[tuple[tuple[Kind, int, Callable[[str], bool] | None, str], ...]] = (
    ("id", 7, None, r"(?<![0-9A-Za-z])[159][1239]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])"),
    ("account", 16, _is_grouped_card, r"(?<!\d)[3-9]\d{3}(?:[ -]{1,3}\d{4}){3}(?:[ -]{0,3}\d{1,3})?(?!\d)"),
    ("id", 17, None, rf"(?<!\d){_PROVINCE}(?:{_G}\d){{4}}{_G}{_BIRTH}(?:{_G}\d){{3}}{_G}[\dXx*](?!\d)"),
    ("account", 16, _is_card, rf"(?<!\d)[3-9](?:{_G}\d){{15,18}}(?!\d)"),
    ("account", 16, None, r"(?<!\d)\d{16,}[Xx]?(?!\d)"),
    ("id", 15, _is_tight, rf"(?<!\d){_PROVINCE}(?:{_G}\d){{6}}{_G}{_DAY}(?:{_G}\d){{3}}(?!\d)"),
    ("account", 15, None, r"(?<!\d)\d{15}(?!\d)"),
    ("phone", 11, _is_tight, rf"(?<!\d)(?:(?:\+|00)?{_G}8{_G}6{_G})?0?{_G}1{_G}[3-9](?:{_G}\d){{9}}(?!\d)"),
    ("phone", 11, None, r"(?<!\d)1[3-9]\d[. ]{1,2}\d{4}[. ]{1,2}\d{4}(?!\d)"),
    ("phone", 10, _is_tight, rf"(?<!\d)[(（]?{_AREA}[)）]?{_G}[2-9](?:{_G}\d){{6,7}}{_EXTENSION}(?!\d)"),
)
_NUMBERS: Final = tuple(_Shape(kind, re.compile(pattern), least, fits) for kind, least, fits, pattern in _BY_DIGITS)
"""Numbers known by their digits alone, the surest first."""

_CHAT = r"(?:微信|[Ww]e[Cc]hat|[Vv][Xx]|[Ww][Xx]|V信|[Qq]{2})(?:号码?|群|[Ii][Dd])?[是为加:： ]{0,3}"
_CHAT_NO = r"[A-Za-z][A-Za-z0-9-]{5,19}|(?:(?<=[号是为加:：])|(?<=[号是为加:：] )|(?<=[Qq]))[1-9]\d{4,11}"
_REGIONS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_WORDED: Final = (
    _Shape("mail", re.compile(r"([A-Za-z0-9._%+-]+ ?@ ?[A-Za-z0-9-]+(?: ?\. ?[A-Za-z0-9-]+)+)"), signs=("@",)),
    _Shape("phone", re.compile(r"([零〇一二三四五六七八九幺]{11,})"), signs=("一", "幺")),
    _Shape(
        "phone",
        re.compile(
            rf"(?:电话|座机|手机|联系方式|致电|拨打|[Tt][Ee][Ll]){_FAR}((?<!\d)[2-9]\d{{2,3}}-?\d{{4}})(?!\d| ?[元万]|[.,]\d)"
        ),
        7,
        _is_no_day,
        ("电话", "座机", "手机", "联系", "致电", "拨打", "el", "EL"),
    ),
    _Shape(
        "account",
        re.compile(rf"(?:账号|帐号|卡号|户号){_FAR}(\d(?:{_G}\d){{7,}})(?!\d| ?[元万]|\.\d)"),
        8,
        None,
        ("账号", "帐号", "卡号", "户号"),
    ),
    _Shape(
        "id",
        re.compile(
            r"(?:护照|通行证|[军士][官兵]证|证件|身份证)[^0-9A-Za-z]{0,8}([A-Za-z]{0,2}\d{6,}[A-Za-z]?)(?![0-9A-Za-z])"
        ),
        6,
        None,
        ("护照", "证"),
    ),
    _Shape(
        "chat",
        re.compile(f"{_CHAT}({_CHAT_NO})(?![0-9A-Za-z])"),
        signs=("微信", "信", "x", "X", "hat", "QQ", "qq", "Qq"),
    ),
    _Shape(
        "plate",
        re.compile(rf"([{_REGIONS}][A-HJ-NP-Z][· .-]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳])(?![0-9A-Za-z])"),
        1,
    ),
)
"""Numbers known by the words or letters beside them; the group is the number."""

_ADDRESS: Final = (
    re.compile(rf"{_ROAD}(?:{_UNIT}){{1,5}}(?: ?\d{{2,4}}(?!\d))?"),
    re.compile(rf"(?:{_UNIT}){{2,6}}(?: ?\d{{2,4}}(?!\d))?"),
    re.compile(rf"(?:市|州|盟){_PLACE}{{1,6}}?(?:区|县|旗){_PLACE}{{1,10}}?(?:路|街|巷|胡同|村|小区|花园|公寓)(?!支行|分行|网点|营业|分理|储蓄|社区)"),
)  # fmt: skip
_MIGHT_BE_ADDRESS = re.compile(
    r"[\d一二三四五六七八九十百A-Za-z](?:号|弄|栋|幢|座|单元|室|楼|组|队)|[市州盟].{1,7}[区县旗]"
)

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季"
    "俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲游阳裴席卫查屈鲍覃霍"
    "翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀"
    "谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌扬明沙薄"
)
_DOUBLE = "欧阳|上官|司马|诸葛|皇甫|东方|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|百里|南宫|轩辕"
_SURNAME = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_TITLED = re.compile(
    rf"(?<![对我贵双一二三各官平每保门语公当])(?!费律师)({_SURNAME})(?: ?(?:先生|女士|小姐)|太太|夫人|阿姨|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷"
    r"|老师|师傅|律师|医生)"
)
_SOMEBODY = re.compile(
    rf"({_DOUBLE}|(?![于向和从关任应连由如成曾及以明安方时来同常干单经项])[{_SURNAMES}])某{{1,2}}(?![年月日地银行平个些种位时家网支])"
)
_COMMON = (
    "陈述|张贴|马上|周[一二三四五六日末期内边知转]|高[声度额频]|许[多可诺]|严[重正肃格]|何[时种故况]|余额|"
    "明[确显]|方[面便]|安全|连续|常[常年]|全[部程额]|万[元分]|曾[经多]|时[常间]|应[当急]|任[何意]|"
    "强[烈制]|毛病|温馨|单[位方独]|项目|程序|路[过上]|钱款|解[释决除]|金[额融]|文[件明字]|成[功立]|"
    "来[电函行访信人宾客]|计[划算]|原[因告]|管理|白[天白]"
)
_NAMED = re.compile(
    rf"(?:姓名|户名|联系人|持卡人|投诉人|投保人|被保险人|受益人|代理人|委托人|客户|本人|我叫|名叫)"
    rf"(?:姓名|名称|名字|名|叫|是|为)? ?[:：]? ?((?!{_COMMON})(?![来申沙时都还安成应]){_SURNAME}[一-鿿]{{1,2}}?)"
    r"(?=反映|来电|致电|来访|来信|来函|投诉|表示|要求|认为|声称|称|诉|电话|手机|身份证|证件|于\d|[,，。;；、()（）/\n ]|$)"
)  # fmt: skip

_SIGNED = re.compile(
    rf"(?:制表|复核|审核|审批|填表|填报|经办|负责)人?(?:姓名)? ?[:：] ?({_SURNAME}[一-鿿]{{1,2}})(?![一-鿿])"
)
_PERSONS: Final = (
    ("surname", _TITLED, tuple("生士姐太夫姨爷妈叔哥奶师")),
    ("surname", _SOMEBODY, ("某",)),
    (
        "person",
        _NAMED,
        ("客户", "投诉人", "姓名", "户名", "联系人", "卡人", "保险人", "投保人", "益人", "理人", "托人", "本人", "叫"),
    ),
    ("staff", _SIGNED, (":", "：")),
)
"""Kind, pattern, and signs of which the text must hold one."""


def spans(text: str, *, with_persons: bool = True, with_addresses: bool = True) -> list[Span]:
    """Where a text holds what has the shape of personal data, in order and without overlaps.

    Args:
        text: any text.
        with_persons: also 张先生, 李某某, 客户张三反映.
        with_addresses: also addresses.

    >>> [text[begin:end] for text in ["电话 138-0013 8000，金额 1234567.89 元"] for begin, end, _ in spans(text)]
    ['138-0013 8000']
    """
    if text.isascii() and (len(text) < 5 or (len(text) < 7 and text.replace(".", "").isdigit())):
        return []
    found: list[Span] = []
    seen = _without_noise(plain(text))
    digits = sum(map(seen.count, "0123456789"))
    if digits > 6:
        seen = _numbers(seen, found)
    for shape in _WORDED:
        if digits >= shape.least and (not shape.signs or any(sign in seen for sign in shape.signs)):
            seen = _taken(seen, found, shape, 1, 0, len(seen))
    if with_addresses and _MIGHT_BE_ADDRESS.search(seen):
        for begin, end in _addresses(seen):
            found.append(Span(begin, end, "address"))
            seen = _blanked(seen, begin, end)
    if with_persons:
        _persons(seen, found)
    return sorted(found)


def _without_noise(seen: str) -> str:
    """A text without what is made by machines: long hexadecimal numbers, fractions of computed numbers."""
    if len(seen) >= 32 and _NOISE.search(seen):
        seen = _NOISE.sub(lambda match: "\0" * len(match[0]), seen)
    if len(seen) > 12 and "." in seen:
        seen = _FRACTION.sub(lambda match: "\0" * len(match[0]), seen)
    return seen


def _persons(seen: str, found: list[Span]) -> None:
    """Note names known by what stands beside them."""
    for kind, pattern, signs in _PERSONS:
        for match in pattern.finditer(seen) if any(sign in seen for sign in signs) else ():
            found.append(Span(*match.span(1), kind))
            seen = _blanked(seen, *match.span(1))


def _numbers(seen: str, found: list[Span]) -> str:
    """Note and blank the numbers among digits that stand together."""
    for match in _TOGETHER.finditer(seen):
        begin, end = match.span()
        digits = sum(map(str.isdigit, match[0]))
        for shape in _NUMBERS:
            if digits >= shape.least:
                seen = _taken(seen, found, shape, 0, begin, min(end + 10, len(seen)))
    return seen


def _taken(seen: str, found: list[Span], shape: _Shape, group: int, first: int, last: int) -> str:
    """Note what fits a shape, and blank it so that nothing else is seen in it."""
    for match in shape.pattern.finditer(seen, first, last):
        begin, end = match.span(group)
        if begin < end and (shape.fits is None or shape.fits(match[group])):
            found.append(Span(begin, end, shape.kind))
            seen = _blanked(seen, begin, end)
    return seen


def _blanked(seen: str, begin: int, end: int) -> str:
    return seen[:begin] + "\0" * (end - begin) + seen[end:]


def _addresses(seen: str) -> Iterator[tuple[int, int]]:
    """Addresses: a road, a house or a flat with its number, and the names of places before it."""
    last = 0
    for pattern in _ADDRESS:
        for match in pattern.finditer(seen):
            begin = match.start() + len(match[0]) - len(match[0].lstrip(" "))
            if begin < last:
                continue
            while begin > last and match.start() - begin < 40 and re.match(_PLACE, seen[begin - 1]):
                begin -= 1
            last = match.end()
            yield begin, last
        last = 0


def is_common_word(name: str) -> bool:
    """A name that is a word of every sentence as well; it cannot be looked for in text.

    >>> is_common_word("严肃"), is_common_word("严明")
    (True, False)
    """
    return re.fullmatch(_COMMON, name) is not None
