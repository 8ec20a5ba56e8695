"""Turns the rows of a table into the inputs of a model, bit for bit as NockNock does.

    python3 encoding.py ENCODING.json [--targets] < rows.jsonl

ENCODING.json is an encoding, as the metadata of a model file holds it. The first line of the rows
is `{"names": ["age", ...], "named": true}`, with `false` if the table has no names of its own. Each
other line is a row: a list with a cell for each column,

    null  {"truth": true}  {"integer": "1"}  {"number": "3ff0000000000000"}  {"decimal": "1e400"}
    {"moment": 0}  {"text": "red"}

where a number is the 16 hexadecimal digits of its 64 bits and a moment counts microseconds since
the beginning of 1970. A cell may also be a text as it stands in a file, such as `"3.50"`; then the
first line can hold `"decimalComma": true` and a list `"missing"` of words for missing values beside
those of the encoding. Names may be those of the file, however long. For each row a list of inputs
is printed, or with --targets the target of its number, null where there is none; then the rows must
have the column of the numbers. dataset/src/encoding.rs says what an encoding means.
"""

import bisect
import hashlib
import json
import math
import re
import struct
import sys

BLANKS = " \t\n\v\f\r"
MISSING = {"", "?", "na", "n/a", "nan", "null", "<na>", "#n/a"}
NUMBER = re.compile(
    r"([+-]?)(?:(0|[1-9][0-9]*)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]{1,5}))?"
)
NUMBER_BYTES = 400
DATES = {
    "iso": re.compile(r"(?P<year>[0-9]{4})(?P<s>[-/])(?P<month>[0-9]{2})(?P=s)(?P<day>[0-9]{2})"),
    "day-first": re.compile(
        r"(?P<day>[0-9]{1,2})[./-](?P<month>[0-9]{1,2})[./-](?P<year>[0-9]{4})"
    ),
    "month-first": re.compile(
        r"(?P<month>[0-9]{1,2})[./-](?P<day>[0-9]{1,2})[./-](?P<year>[0-9]{4})"
    ),
}
TIME = re.compile(
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))?"
)
SECOND = 1_000_000
DAY = 86_400 * SECOND
BUCKET = b"nn/bucket/v1"
NAME = b"nn/name/v1"
NAME_BYTES = 64
KEPT_NAME_BYTES = 48
DECEPTIVE = re.compile(
    "[\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
MOST_TARGET = (1 << 16) - 1


# Values are None or a pair of a kind and what it holds.


def from_text(text, comma=False):
    """The value that a text of a file stands for."""
    text = text.strip(BLANKS)
    word = text.lower() if text.isascii() else text
    if word in MISSING:
        return None
    if word in ("true", "false"):
        return ("truth", word == "true")
    decimal = canonical(text, comma)
    if decimal is not None:
        return from_decimal(decimal)
    if word.lstrip("+-") in ("inf", "infinity") and len(word) - len(word.lstrip("+-")) < 2:
        return ("number", float(word))
    moment = parse_moment(text, "iso")
    return ("text", text) if moment is None else ("moment", moment)


def canonical(text, comma=False):
    """The canonical decimal of a number's text, or None."""
    if comma:
        if "." in text:
            return None
        text = text.replace(",", ".")
    match = NUMBER.fullmatch(text)
    if match is None or len(text) > NUMBER_BYTES:
        return None
    sign, whole, fraction, only_fraction, exponent = match.groups()
    whole, fraction = whole or "", fraction or only_fraction or ""
    return lay_out(sign, whole, fraction, int(exponent or 0))


def lay_out(sign, whole, fraction, exponent):
    significant = (whole + fraction).lstrip("0")
    exponent += len(whole) - 1 - (len(whole + fraction) - len(significant))
    digits = significant.rstrip("0")
    if not digits:
        return "0"
    sign = "-" if sign == "-" else ""
    if not -7 <= exponent <= 20:
        return f"{sign}{with_point(digits, 1)}e{exponent}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return sign + with_point(digits.ljust(exponent + 1, "0"), exponent + 1)


def with_point(digits, whole):
    return digits if len(digits) <= whole else f"{digits[:whole]}.{digits[whole:]}"


def of_float(number):
    """The canonical decimal of the shortest decimal of a float."""
    text = repr(number)
    return canonical(text) or text


def from_decimal(decimal):
    """The value of a canonical decimal."""
    if re.fullmatch("-?[0-9]+", decimal) and -(1 << 63) <= int(decimal) < 1 << 63:
        return ("integer", int(decimal))
    nearest = float(decimal)
    return ("number", nearest) if of_float(nearest) == decimal else ("decimal", decimal)


def number_of(value):
    """The nearest float of a number or a truth value, or None."""
    if value is None or value[0] not in ("truth", "integer", "number", "decimal"):
        return None
    return float(value[1])


def key_of(value):
    """The text by which values are told apart, or None."""
    if value is None:
        return None
    kind, content = value
    if kind == "truth":
        return "true" if content else "false"
    if kind == "integer":
        return str(content)
    if kind == "number":
        return of_float(content)
    if kind == "moment":
        return moment_text(content)
    return content.strip(BLANKS)


def values_of_words(words, comma=False):
    """The values that are missing where these words stand for missing values."""
    texts = [word.strip(BLANKS) for word in words]
    return [from_text(text, comma) for text in texts] + [("text", text) for text in texts]


# Dates


def days_of(year, month, day):
    """Days since the beginning of 1970, or None if there is no such day."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    march_year = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    of_era = march_year % 400 * 365 + march_year % 400 // 4 - march_year % 400 // 100 + of_year
    days = march_year // 400 * 146_097 + of_era - 719_468
    return days if civil(days) == (year, month, day) else None


def civil(days):
    """Year, month and day of a number of days since the beginning of 1970."""
    days += 719_468
    of_era = days % 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    from_march = (5 * of_year + 2) // 153
    day = of_year - (153 * from_march + 2) // 5 + 1
    month = from_march + 3 if from_march < 10 else from_march - 9
    return year + days // 146_097 * 400 + (month <= 2), month, day


def parse_moment(text, form):
    """Microseconds since the beginning of 1970, or None."""
    parts = re.fullmatch(r"([^T ]*)([T ]?)(.*)", text.strip(BLANKS), re.DOTALL)
    date, blank, time = parts.groups()
    date = DATES[form].fullmatch(date)
    micros = parse_time(time) if blank else 0
    if date is None or micros is None:
        return None
    days = days_of(*(int(date[part]) for part in ("year", "month", "day")))
    return None if days is None else days * DAY + micros


def parse_time(text):
    match = TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction, sign, zone_hour, zone_minute = match.groups()
    hour, minute, second = int(hour), int(minute), int(second or 0)
    zone_hour, zone_minute = int(zone_hour or 0), int(zone_minute or 0)
    if max(hour, zone_hour) > 23 or max(minute, second, zone_minute) > 59:
        return None
    zone = (zone_hour * 60 + zone_minute) * (-1 if sign == "-" else 1)
    micros = int((fraction or "0").ljust(9, "0")) // 1_000
    return ((hour * 60 + minute - zone) * 60 + second) * SECOND + micros


def moment_text(moment):
    year, month, day = civil(moment // DAY)
    date = f"{year:04d}-{month:02d}-{day:02d}"
    if moment % DAY == 0:
        return date
    seconds = moment % DAY // SECOND
    text = f"{date}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    micros = moment % SECOND
    return f"{text}.{micros:06d}" if micros else text


def parts_of(moment):
    """What a calendar and a clock say about a moment."""
    days, minutes = moment // DAY, moment % DAY // (60 * SECOND)
    year, month, day = civil(days)
    return {
        "year": year,
        "month": month - 1,
        "day": day - 1,
        "weekday": (days + 3) % 7,
        "hour": minutes // 60,
        "minute": minutes % 60,
        "days": days,
    }


def moment_of(value, form):
    if value is None or value[0] not in ("moment", "text"):
        return None
    return value[1] if value[0] == "moment" else parse_moment(value[1], form)


# Columns


def level(count, all_, most):
    return (2 * count * most + all_) // (2 * all_) if all_ else 0


def step(at, number, most):
    return level(bisect.bisect_right(at, number), len(at), most)


def one_hot(count, place, most):
    return [most if place == each else 0 for each in range(count)]


def steps(how, most):
    at, missing = [float(text) for text in how["at"]], how["missing"]

    def encode(value):
        number = number_of(value)
        inputs = [missing["level"] if number is None else step(at, number, most)]
        if missing["flag"]:
            inputs.append(most if number is None else 0)
        return inputs

    return encode


def places_of(values):
    return {text: place for place, texts in enumerate(values) for text in texts}


def choices(how, most):
    places, count = places_of(how["values"]), len(how["values"])
    other = count if how["other"] else None
    missing = count + how["other"] if how["missing"] else other
    size = count + how["other"] + how["missing"]

    def encode(value):
        key = key_of(value)
        return one_hot(size, missing if key is None else places.get(key, other), most)

    return encode


def ranks(how, most):
    last = len(how["values"]) - 1
    levels = {
        text: level(place, last, most) if last else most
        for text, place in places_of(how["values"]).items()
    }

    def encode(value):
        key = key_of(value)
        return [how["missing"] if key is None else levels.get(key, how["other"])]

    return encode


def buckets(how, most):
    count, missing = how["inputs"], how["missing"]

    def encode(value):
        key = key_of(value)
        if key is None:
            place = count if missing else None
        else:
            digest = hashlib.sha3_256(BUCKET + key.encode()).digest()
            place = int.from_bytes(digest[:8], "big") % count
        return one_hot(count + missing, place, most)

    return encode


def dates(how, most):
    def encode(value):
        moment = moment_of(value, how["form"])
        parts = None if moment is None else parts_of(moment)
        inputs = [0 if parts is None else date_level(part, parts, most) for part in how["parts"]]
        if how["missing"]:
            inputs.append(most if parts is None else 0)
        return inputs

    return encode


def date_level(part, parts, most):
    value, levels = parts[part["part"]], part["levels"]
    if "table" in levels:
        return levels["table"][value]
    return step([float(text) for text in levels["steps"]], float(value), most)


KINDS = {"steps": steps, "choices": choices, "ranks": ranks, "buckets": buckets, "date": dates}


# Targets


def number_target(target):
    """How many thresholds a number reaches."""
    low, step = float(target["low"]), float(target["step"])

    def encode(value):
        number = number_of(value)
        if number is None or not math.isfinite(number):
            return None
        least, most = 0, MOST_TARGET
        while least < most:
            middle = most - (most - least) // 2
            if low + (middle - 0.5) * step <= number:
                least = middle
            else:
                most = middle - 1
        return least

    return encode


# Tables


def published(name):
    """The name by which an encoding knows a column of this name."""
    name = name.strip(BLANKS)
    if len(name.encode()) <= NAME_BYTES and not DECEPTIVE.search(name):
        return name
    kept = DECEPTIVE.sub("", name).encode()[:KEPT_NAME_BYTES].decode(errors="ignore")
    return f"{kept}_{hashlib.sha3_256(NAME + name.encode()).hexdigest()[:8]}"


def find_columns(encoding, names, named):
    """The place of each column of the encoding in the table."""
    columns = encoding["columns"]
    if encoding["named"] and named:
        names = [published(name) for name in names]
        missing = [column["name"] for column in columns if column["name"] not in names]
        if missing:
            sys.exit(f"encoding: the table lacks the columns {', '.join(missing)}: add them")
        return [names.index(column["name"]) for column in columns]
    without_label = len(names) + 1 == encoding["width"]
    if not without_label and len(names) != encoding["width"]:
        sys.exit(f"encoding: {len(names)} columns, not {encoding['width']}: give the same columns")
    label = encoding["target"]["place"]
    return [column["place"] - (without_label and column["place"] > label) for column in columns]


def find_target(encoding, names, named):
    """The place of the column with what a model is to say."""
    target = encoding["target"]
    if encoding["named"] and named:
        names = [published(name) for name in names]
        if target["column"] not in names:
            sys.exit(f"encoding: the table lacks the column {target['column']}: add it")
        return names.index(target["column"])
    if len(names) != encoding["width"]:
        sys.exit(f"encoding: {len(names)} columns, not {encoding['width']}: give the same columns")
    return target["place"]


def cell_reader(encoding, table):
    """What gives the value of a cell, None where a word of either stands for a missing one."""
    comma = table.get("decimalComma", False)
    missing = values_of_words(encoding.get("missing", ()))
    missing += values_of_words(table.get("missing", ()), comma)

    def read(cell):
        value = value_of_cell(cell, comma)
        return None if value in missing else value

    return read


def value_of_cell(cell, comma):
    if cell is None:
        return None
    if isinstance(cell, str):
        return from_text(cell, comma)
    [(kind, content)] = cell.items()
    if kind == "integer":
        content = int(content)
    elif kind == "number":
        (content,) = struct.unpack(">d", bytes.fromhex(content))
    return (kind, content)


def print_targets(encoding, table, rows):
    if encoding["target"]["kind"] != "number":
        sys.exit("encoding: its models tell classes apart: --targets are those of numbers")
    place = find_target(encoding, table["names"], table["named"])
    encode, read = number_target(encoding["target"]), cell_reader(encoding, table)
    for row in rows:
        print(json.dumps(encode(read(row[place]))))


def print_inputs(encoding, table, rows):
    most = (1 << encoding["inputBits"]) - 1
    places = find_columns(encoding, table["names"], table["named"])
    read = cell_reader(encoding, table)
    hows = [KINDS[column["how"]["kind"]](column["how"], most) for column in encoding["columns"]]
    for row in rows:
        inputs = []
        for place, encode in zip(places, hows):
            inputs += encode(read(row[place]))
        print(json.dumps(inputs + [0] * (encoding["inputs"] - len(inputs))))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        encoding = json.load(file)
    if encoding["version"] != 1:
        sys.exit(f"encoding: version {encoding['version']} is not known: use a newer release")
    lines = (json.loads(line) for line in sys.stdin.buffer)
    table = next(lines)
    if sys.argv[2:] == ["--targets"]:
        print_targets(encoding, table, lines)
    else:
        print_inputs(encoding, table, lines)


if __name__ == "__main__":
    main()
