"""learn 学习: a model of the codes staff recorded, shown against rules and staff class by class, used only where it helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from xiaobao_xl.categories import Scheme
from xiaobao_xl.classifying import classify_all
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.learned import Learning, Model, Part, from_bytes
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, open_registers, receipt_json, silent

TEXT: Final = "text"
LINES_SHOWN: Final = 10  # rows named on the screen
_SUFFIX: Final = ".npz"


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class, as staff recorded it and as rules and model see it.

    Attributes:
        id: class id.
        title: its name.
        rows: rows staff recorded under it.
        rules_agree: of these, rows the rules put there too.
        model_agree: of these, rows the model puts there too, never having seen them.
        model_right: rows the model puts there against the rules, and staff agree with the model.
        rules_right: likewise, and staff agree with the rules.
        is_used: the model's answer is taken for this class.
    """

    id: str
    title: str
    rows: int
    rules_agree: int
    model_agree: int
    model_right: int
    rules_right: int
    is_used: bool


@dataclass(frozen=True, kw_only=True)
class PartResult:
    """What was learned for one scheme.

    Attributes:
        title: what is classified (Chinese).
        rows: coded rows learned from.
        left_out: class title → rows, of classes with too few rows; they are judged too, so that what the model makes of
            them counts against it.
        classes: class by class, the largest first.
        agreement: `all`, `rules`, `model`, `neither` → rows in which these agree with staff.
        doubtful: places of rows where rules and model agree with each other and not with staff: perhaps a slip.
        model: the model; None where nothing could be learned.
    """

    title: str
    rows: int
    left_out: Mapping[str, int]
    classes: Sequence[ClassResult]
    agreement: Mapping[str, int]
    doubtful: Sequence[Mapping[str, Any]]
    model: Part | None


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A model and how far it agrees with staff.

    Attributes:
        rules: the rules it was compared with.
        registers: registers read.
        parts: part → result.
    """

    rules: Rules
    registers: Sequence[Register]
    parts: Mapping[str, PartResult]

    @property
    def model(self) -> Model | None:
        """All parts together; None where nothing could be learned."""
        parts = {name: part.model for name, part in self.parts.items() if part.model}
        certainty = self.rules.learning.least_certainty
        return Model(self.rules.institution, str(self.rules.version), certainty, parts) if parts else None

    def lines(self) -> Iterator[str]:
        """What a person reads."""
        settings = self.rules.learning
        for part in self.parts.values():
            yield f"{part.title}：从 {part.rows} 件人工编码中学习，{settings.folds} 份轮流检验（每份由没有见过它的模型判断）"
            if part.left_out:
                few = "、".join(f"{title} {count}" for title, count in part.left_out.items())
                yield f"  件数不足 {settings.least_rows} 件、没有学习的类别：{few}"
            if not part.classes:
                yield "  可学的类别不足两个，没有学习。"
                continue
            found = part.agreement
            yield (
                f"  与人工一致：规则 {found['all'] + found['rules']} 件，学习 {found['all'] + found['model']} 件"
                f"（都一致 {found['all']}，只有规则一致 {found['rules']}，只有学习一致 {found['model']}，都不一致 {found['neither']}）"
            )
            yield from (f"  {_class_line(each)}" for each in part.classes)
            yield from _doubtful_lines(part.doubtful)
        used = [each.title for part in self.parts.values() for each in part.classes if each.is_used]
        yield f"用学习结果的类别：{'、'.join(used)}。" if used else "没有一个类别的学习结果明显好于规则，一律仍用规则。"
        yield "以人工编码为准衡量，人工也会有错；规则的词仍然作为说明。"

    def as_json(self) -> dict[str, Any]:
        """Every class with its counts."""
        return {
            "receipt": receipt_json(self.registers),
            "parts": {
                name: {
                    "title": part.title, "rows": part.rows, "left_out": dict(part.left_out), "agreement": dict(part.agreement),
                    "classes": [
                        {"id": each.id, "title": each.title, "rows": each.rows, "rules_agree": each.rules_agree,
                         "model_agree": each.model_agree, "model_right": each.model_right, "rules_right": each.rules_right,
                         "used": each.is_used}
                        for each in part.classes
                    ],
                    "doubtful": list(part.doubtful),
                }
                for name, part in self.parts.items()
            },
        }  # fmt: skip


def learn(rules: Rules, books: Sequence[Path], reading: Reading, *, step: Step = silent) -> Learned:
    """Learn from the codes staff recorded.

    Args:
        rules: the rules; `learning` holds the settings.
        books: registers with coded rows.
        reading: which register, sheets and headings.
        step: told what is being done.

    Raises:
        WorkbookError: scikit-learn is not installed, or no register has texts.
    """
    from xiaobao_xl.tasks.suggesting import SCHEMES

    _fitting()
    registers: list[Register] = []
    for book in books:
        step(f"读取 {book.name}")
        registers += open_registers(rules, book, reading)[1]
    registers = [register for register in registers if TEXT in register.frame]
    if not registers:
        raise WorkbookError(f"{books[0].name} 没有“投诉内容”列，没有可学的文字；请在 headings.yaml 里指明是哪一列。")
    parts = {}
    for part, scheme in SCHEMES[rules.institution].items():
        step(f"学习 {rules.categories[scheme].title}")
        parts[part] = _part(rules, scheme, _coded(registers, part, rules.categories[scheme]))
    return Learned(rules=rules, registers=registers, parts=parts)


def write_model(result: Learned, out: Path, *, overwrite: bool = False) -> bool:
    """Write the model; False where there is none to write."""
    from xiaobao_xl.workbook.drawing import write_whole

    if out.suffix.casefold() != _SUFFIX:
        raise WorkbookError(f"{out}：请把模型的文件名写成以 {_SUFFIX} 结尾，例如 {out.stem or '模型'}{_SUFFIX}。")
    model = result.model
    if model is None:
        return False
    write_whole(out, lambda stream: stream.write(model.to_bytes()), overwrite=overwrite)
    return True


def load_model(path: Path, rules: Rules) -> Model:
    """Read a model for these rules; nothing in the file is run.

    Raises:
        WorkbookError: the file is missing, is no model, or fits another institution or other categories.
    """
    if not path.is_file():
        raise WorkbookError(f"{path}：找不到模型文件；请检查 --model 的路径。")
    try:
        model = from_bytes(path.read_bytes())
    except ValueError:
        raise WorkbookError(
            f"{path}：不是 xiaobao learn 写出的模型，没有使用；请重新学习：xiaobao learn 台账.xlsx --out 模型.npz"
        ) from None
    if model.institution != rules.institution:
        raise WorkbookError(f"{path}：模型是按另一类机构（{model.institution}）学的，没有使用；请按本机构重新学习。")
    for part in model.parts.values():
        known = set(rules.categories[part.scheme].ids()) if part.scheme in rules.categories else set()
        if set(part.ids) - known:
            raise WorkbookError(f"{path}：模型里有规则没有的类别，没有使用；规则改过，请重新学习。")
    return model


def apply(
    model: Model, texts: Sequence[str], rows: Sequence[dict[str, Any]], schemes: Mapping[str, Scheme]
) -> list[dict[str, Any]]:
    """Suggestions with the model's answer where it is used; the rules' words stay as explanation.

    Args:
        model: the model.
        texts: text of each row.
        rows: suggestions by the rules, as `Suggested.row` gives them; `recorded` is looked at where it is there.
        schemes: scheme id → scheme, with the institution's own codes where it has any.
    """
    found = [dict(row) for row in rows]
    for name, part in model.parts.items():
        scheme, shares = schemes[part.scheme], part.probabilities(texts)
        for row, best, share in zip(found, shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist(), strict=True):
            title = scheme.title_of(part.ids[best])
            row[f"{name}_learned"] = part.ids[best] in part.used and share >= model.certainty and title != row[name]
            if row[f"{name}_learned"]:
                _replace(row, name, title, share, scheme.category(part.ids[best]).code)
    return found


def _replace(row: dict[str, Any], name: str, title: str, share: float, code: str) -> None:
    """The model's class in the place of the rules', which becomes the second."""
    row |= {
        f"{name}_second": row[name], f"{name}_second_score": row[f"{name}_score"], name: title, f"{name}_detail": "",
        f"{name}_code": code, f"{name}_score": round(share, 3), f"{name}_confident": True,
    }  # fmt: skip
    if "recorded" in row:
        others = [part for part in row["disagrees"] if part != name]
        recorded = row["recorded"].get(name)
        row["disagrees"] = [*others, name] if recorded and recorded != title else others
        row["confident"] = all(row[f"{part}_confident"] for part in row["recorded"])


def _fitting() -> Any:
    try:
        from xiaobao_xl import fitting
    except ImportError:
        raise WorkbookError(
            '学习要用 scikit-learn，这台电脑上没有；请先安装：pip install "xiaobao-xl[learn]"。用学好的模型分类不需要它。'
        ) from None
    return fitting


@dataclass(frozen=True, slots=True)
class _Coded:
    texts: list[str]
    labels: list[str]
    places: list[dict[str, Any]]


def _coded(registers: Sequence[Register], part: str, scheme: Scheme) -> _Coded:
    """Rows with a text and a code, under the class statistics count them in."""
    from xiaobao_xl.tasks.suggesting import SCHEMES

    columns = {column for parts in SCHEMES.values() for name, column in parts.items() if name == part}
    reported = {name: scheme.reported(name) for name in scheme.ids()}
    coded = _Coded([], [], [])
    for register in registers:
        column = next((name for name in columns if register.schema.columns[name].scheme and name in register.frame
                       and set(register.frame[name].dropna()) & set(reported)), "")  # fmt: skip
        if not column:
            continue
        keys, rows = register.keys().tolist(), register.origin.rows.tolist()
        for position, (text, code) in enumerate(zip(register.frame[TEXT], register.frame[column], strict=True)):
            if isinstance(text, str) and text.strip() and code in reported:
                coded.texts.append(text)
                coded.labels.append(reported[code])
                place = {"file": register.origin.file, "sheet": register.origin.sheet, "row": rows[position]}
                coded.places.append({**place, "key": str(keys[position])})
    return coded


def _part(rules: Rules, name: str, coded: _Coded) -> PartResult:
    settings, scheme = rules.learning, rules.categories[name]
    counts = Counter(coded.labels)
    learned = {label for label, count in counts.items() if count >= max(settings.least_rows, settings.folds)}
    left_out = {scheme.title_of(label): count for label, count in counts.most_common() if label not in learned}
    known = np.array([label in learned for label in coded.labels], dtype=bool)
    rows = int(known.sum())
    if len(learned) < 2:
        return PartResult(
            title=scheme.title, rows=rows, left_out=left_out, classes=(), agreement={}, doubtful=(), model=None
        )
    part, model, certainty = _judged(name, coded, known, settings)
    by_rules = classify_all({name: scheme}, coded.texts, grams=rules.grams)[name].best_ids()
    classes = compared(scheme, coded.labels, by_rules, model, certainty, settings)
    classes = [each for each in classes if each.id in learned]
    return PartResult(
        title=scheme.title,
        rows=rows,
        left_out=left_out,
        classes=classes,
        agreement=_agreement(coded.labels, by_rules, model),
        doubtful=[
            {**place, "recorded": scheme.title_of(label), "suggested": scheme.title_of(one)}
            for place, label, one, other in zip(coded.places, coded.labels, by_rules, model, strict=True)
            if one == other != label
        ],
        model=replace(part, used=tuple(each.id for each in classes if each.is_used)),
    )


def _judged(name: str, coded: _Coded, known: np.ndarray, settings: Learning) -> tuple[Part, list[str], np.ndarray]:
    """The model of all rows of learned classes, and what models that have not seen a row say of it, rows of others too."""
    fitting = _fitting()
    texts, labels = ([values[row] for row in np.flatnonzero(known)] for values in (coded.texts, coded.labels))
    best, certainty = np.full(len(known), "", dtype=object), np.zeros(len(known))
    best[known], certainty[known] = fitting.judged(name, texts, labels, settings.folds, settings.least_texts)
    part: Part = fitting.fit(name, texts, labels, settings.least_texts)
    others = [coded.texts[row] for row in np.flatnonzero(~known)]
    if others:
        shares = part.probabilities(others)
        best[~known], certainty[~known] = np.array(part.ids, dtype=object)[shares.argmax(axis=1)], shares.max(axis=1)
    return part, [str(one) for one in best], certainty


def compared(
    scheme: Scheme, staff: Sequence[str], rules: Sequence[str], model: Sequence[str], certainty: np.ndarray, settings: Learning
) -> list[ClassResult]:  # fmt: skip
    """Class by class, whether staff agree with rules and with model, and whether the model helps.

    Where the model, sure enough, says a class and the rules say another, it is counted who of them staff agree with;
    the model is used where it wins by `least_gain` of at least `least_decided` such rows.
    """
    recorded, ruled, modelled = (np.array(list(names), dtype=object) for names in (staff, rules, model))
    differ = (modelled != ruled) & (certainty >= settings.least_certainty)
    found = []
    for name, rows in Counter(staff).most_common():
        mine, claimed = recorded == name, differ & (modelled == name)
        right, wrong = int((claimed & mine).sum()), int((claimed & (recorded == ruled)).sum())
        helps = right + wrong >= settings.least_decided and right - wrong >= settings.least_gain * int(claimed.sum())
        found.append(
            ClassResult(
                name, scheme.title_of(name), rows, int((mine & (ruled == name)).sum()), int((mine & (modelled == name)).sum()),
                right, wrong, helps and right > wrong,
            )
        )  # fmt: skip
    return found


def _agreement(staff: Sequence[str], rules: Sequence[str], model: Sequence[str]) -> dict[str, int]:
    names = {(True, True): "all", (True, False): "rules", (False, True): "model", (False, False): "neither"}
    found = Counter(names[one == label, other == label] for label, one, other in zip(staff, rules, model, strict=True))
    return {name: found[name] for name in names.values()}


def _class_line(each: ClassResult) -> str:
    verdict = "用学习" if each.is_used else "用规则"
    return (
        f"{each.title}：人工 {each.rows}，规则一致 {each.rules_agree}，学习一致 {each.model_agree}；"
        f"学习判为此类而规则不同的，学习对 {each.model_right}、规则对 {each.rules_right} → {verdict}"
    )


def _doubtful_lines(doubtful: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if doubtful:
        yield f"  规则与学习都和人工不同的 {len(doubtful)} 件，可能是编码有误，请核对："
    for each in doubtful[:LINES_SHOWN]:
        yield f"    {each['key'] or each['row']} 登记为“{each['recorded']}”，两者都判为“{each['suggested']}”"
    if len(doubtful) > LINES_SHOWN:
        yield f"    ……另有 {len(doubtful) - LINES_SHOWN} 件，加 --json 结果.json 可取全部。"
