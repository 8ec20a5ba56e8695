//! What one column is, and whether models learn from it.

use super::{
    group::{categories, groups, Group, MOST_SPELLINGS},
    tally::{rows, Found, Tally},
    Category, ColumnProfile, Kind,
};
use crate::{
    names,
    problem::{shown, Problem},
    schema::{ColumnRule, KindRule},
    table::Column,
    value::{
        moment::{self, DateForm},
        TextRules, Value,
    },
};
use std::collections::HashSet;

/// Fewest values of a column that can be called different throughout.
const MANY: usize = 20;

/// Texts that are longer on average are prose, in characters.
const LONG: usize = 20;

/// Name of a first column without a name, which is nearly always an index of the rows.
const INDEX: &str = "unnamed1";

/// Finds out what a column is. If `insist`, or if its rule says what it is, it is used even where
/// it does not look worth it.
pub(super) fn profile(
    place: usize,
    column: &Column,
    rule: &ColumnRule,
    insist: bool,
) -> Result<ColumnProfile, Problem> {
    let facts = Facts::of(column, rule)?;
    let order = order(column, rule)?;
    let distinct = facts.distinct();
    let kind = facts.kind(insist || told_kind(rule).is_some(), distinct);
    let groups = if kind == Kind::Category { groups(&facts.tally.found) } else { Vec::new() };
    let categories = categories(&groups);
    let kind = with_categories(kind, &categories);
    let told = facts.told(kind, &groups, &order);
    Ok(ColumnProfile {
        name: column.name().to_owned(),
        place,
        kind,
        used: kind.is_of_use() && !facts.is_ignored(),
        missing: facts.tally.missing,
        distinct,
        categories: if kind == Kind::Category { categories } else { Vec::new() },
        order,
        date: facts.plain.date,
        range: rule.range,
        told,
    })
}

/// Texts of which none can be published are no categories.
fn with_categories(kind: Kind, categories: &[Category]) -> Kind {
    if kind == Kind::Category && categories.is_empty() {
        Kind::Prose
    } else {
        kind
    }
}

/// What a rule says that the column is, in so many words or by what it asks for.
fn told_kind(rule: &ColumnRule) -> Option<Kind> {
    match rule.kind {
        Some(KindRule::Ignore) => None,
        Some(KindRule::Number) => Some(Kind::Number),
        Some(KindRule::Category) => Some(Kind::Category),
        Some(KindRule::Date) => Some(Kind::Date),
        None if rule.date.is_some() => Some(Kind::Date),
        None if !rule.order.is_empty() => Some(Kind::Category),
        None => rule.range.map(|_| Kind::Number),
    }
}

/// The order of the values by their keys.
fn order(column: &Column, rule: &ColumnRule) -> Result<Vec<String>, Problem> {
    let mut order: Vec<String> = Vec::new();
    for text in &rule.order {
        let value = Value::from_text(text, &TextRules::default());
        match value.key() {
            Some(key) if names::check(&key).is_ok() && !order.iter().any(|known| *known == key) => {
                order.push(key.into_owned());
            }
            _ => return Err(bad_order(column, text)),
        }
    }
    Ok(order)
}

fn bad_order(column: &Column, text: &str) -> Problem {
    Problem::refuses(
        format!("column `{}`", column.name()),
        format!("its order names {} twice, or as a value that is missing or too long", shown(text)),
        "correct the order in the schema",
    )
}

/// What a column is as far as its values say, worth using or not.
#[derive(Clone, Copy, Debug)]
struct Plain {
    kind: Kind,
    date: DateForm,
    hint: Option<&'static str>,
}

impl Plain {
    fn of(tally: &Tally<'_>, rule: &ColumnRule) -> Self {
        let plain = match told_kind(rule) {
            Some(Kind::Date) => Self { kind: Kind::Date, ..Self::of_texts(tally) },
            Some(kind) => Self::simple(kind),
            None if tally.all(Value::is_number) => Self::simple(Kind::Number),
            None if tally.all(is_truth) => Self::simple(Kind::Truth),
            None => Self::of_texts(tally),
        };
        match rule.date {
            Some(date) => Self { date, hint: None, ..plain },
            None => plain,
        }
    }

    fn simple(kind: Kind) -> Self {
        Self { kind, date: DateForm::Iso, hint: None }
    }

    fn dates(date: DateForm, hint: &'static str) -> Self {
        Self { kind: Kind::Date, date, hint: Some(hint) }
    }

    /// Dates if day and month can be told apart, else categories.
    fn of_texts(tally: &Tally<'_>) -> Self {
        if tally.all(is_moment) {
            return Self::simple(Kind::Date);
        }
        let fits = |form| tally.all(|value| is_date(value, form));
        match (fits(DateForm::DayFirst), fits(DateForm::MonthFirst)) {
            (true, false) => Self::dates(DateForm::DayFirst, "read as dates, the day first"),
            (false, true) => Self::dates(DateForm::MonthFirst, "read as dates, the month first"),
            (true, true) => Self { hint: Some(UNCLEAR_DATES), ..Self::simple(Kind::Category) },
            (false, false) => Self::simple(Kind::Category),
        }
    }

    /// Whether the kind has a use for a value.
    fn takes(&self, value: &Value<'_>) -> bool {
        match self.kind {
            Kind::Number => value.number().is_some(),
            Kind::Date => is_date(value, self.date),
            _ => true,
        }
    }
}

/// What is told about texts that are dates in two forms.
const UNCLEAR_DATES: &str =
    "looks like dates, but day and month cannot be told apart: say `date = \"day-first\"` or \
     `\"month-first\"` in a schema (--table)";

fn is_truth(value: &Value<'_>) -> bool {
    matches!(value, Value::Truth(_) | Value::Integer(0 | 1))
}

fn is_true(value: &Value<'_>) -> bool {
    value.number() == Some(1.0)
}

fn is_moment(value: &Value<'_>) -> bool {
    matches!(value, Value::Moment(_))
}

fn is_integer(value: &Value<'_>) -> bool {
    matches!(value, Value::Integer(_))
}

fn is_date(value: &Value<'_>, form: DateForm) -> bool {
    match value {
        Value::Moment(_) => true,
        Value::Text(text) => moment::parse(text, form).is_some(),
        _ => false,
    }
}

/// Everything that is known of a column.
struct Facts<'a> {
    column: &'a Column,
    rule: &'a ColumnRule,
    plain: Plain,
    tally: Tally<'a>,
    /// Values for which the kind has no use.
    others: Vec<Found<'a>>,
}

impl<'a> Facts<'a> {
    fn of(column: &'a Column, rule: &'a ColumnRule) -> Result<Self, Problem> {
        let mut tally = Tally::of(column);
        let plain = Plain::of(&tally, rule);
        let others = tally.keep(|value| plain.takes(value));
        if tally.found.is_empty() && !others.is_empty() {
            return Err(no_use(column, plain.kind));
        }
        Ok(Self { column, rule, plain, tally, others })
    }

    fn is_ignored(&self) -> bool {
        self.rule.kind == Some(KindRule::Ignore)
    }

    /// What the column is. Nobody asks whether it is worth using if it is `told` or ignored.
    fn kind(&self, told: bool, distinct: usize) -> Kind {
        let kind = self.plain.kind;
        match kind {
            _ if self.is_ignored() => kind,
            _ if self.tally.found.is_empty() => Kind::Empty,
            _ if told => kind,
            // Whether a value is there at all tells something, too.
            _ if distinct == 1 && self.tally.missing == 0 => Kind::Constant,
            Kind::Number if self.is_index() => Kind::Identifier,
            Kind::Category if self.is_mostly_different(distinct) => self.text_kind(),
            _ => kind,
        }
    }

    fn distinct(&self) -> usize {
        let values = self.tally.found.iter().map(|found| &found.value);
        match self.plain.kind {
            Kind::Category => values.filter_map(Value::key).collect::<HashSet<_>>().len(),
            Kind::Truth => values.map(is_true).collect::<HashSet<_>>().len(),
            _ => values.len(),
        }
    }

    fn is_index(&self) -> bool {
        let named_so = self.column.name() == INDEX;
        self.tally.all(is_integer) && (named_so || counts_by_one(self.column))
    }

    fn is_mostly_different(&self, distinct: usize) -> bool {
        let present = rows(&self.tally.found);
        present >= MANY && distinct.saturating_mul(2) > present
    }

    fn text_kind(&self) -> Kind {
        let length = |found: &Found<'_>| match found.value.key() {
            Some(key) => key.chars().count().saturating_mul(found.rows),
            None => 0,
        };
        let total: usize = self.tally.found.iter().map(length).sum();
        if total > rows(&self.tally.found).saturating_mul(LONG) {
            Kind::Prose
        } else {
            Kind::Identifier
        }
    }

    /// What somebody should know about the column.
    fn told(&self, kind: Kind, groups: &[Group], order: &[String]) -> String {
        let told = if self.is_ignored() {
            vec![Some("left out, as the schema says".to_owned())]
        } else if matches!(kind, Kind::Constant | Kind::Empty) {
            vec![self.reason(kind)]
        } else {
            let hint = self.plain.hint.map(str::to_owned);
            let values = [self.reason(kind), hint, self.mixture(), self.unusable()];
            let texts = [refused(groups), spellings(groups), too_many_spellings(groups)];
            values.into_iter().chain(texts).chain([outside(groups, order)]).collect()
        };
        told.into_iter().flatten().collect::<Vec<String>>().join("; ")
    }

    /// Why the column is left out.
    fn reason(&self, kind: Kind) -> Option<String> {
        let reason = match kind {
            Kind::Identifier if self.plain.kind == Kind::Number => {
                "left out, because it only counts the rows: say `kind = \"number\"` in a schema \
                 (--table) to use it"
            }
            Kind::Identifier => {
                "left out, because most of its values are different: say `kind = \"category\"` in \
                 a schema (--table) to use it"
            }
            Kind::Prose => {
                "left out, because its texts are long: put numbers or categories in their place"
            }
            Kind::Constant => "left out, because it holds one value in all rows",
            Kind::Empty => "left out, because it holds no value",
            Kind::Number | Kind::Truth | Kind::Category | Kind::Date => return None,
        };
        Some(reason.to_owned())
    }

    /// The first value that is of another sort than most.
    fn mixture(&self) -> Option<String> {
        if told_kind(self.rule).is_some() || self.plain.kind != Kind::Category {
            return None;
        }
        let main = main_sort(&self.tally.found);
        let first = self.tally.found.iter().find(|found| sort(&found.value) != main)?;
        Some(format!(
            "most values are {main}, but row {} holds {}: mend it, name it with --missing, or say \
             which kind the column is in a schema (--table)",
            first.first.saturating_add(1),
            shown(&first.value.key()?),
        ))
    }

    /// Values that count as missing because the kind has no use for them.
    fn unusable(&self) -> Option<String> {
        let first = self.others.first()?;
        Some(format!(
            "values that are no {} and count as missing: {}, the first of them {} in row {}",
            self.plain.kind,
            rows(&self.others),
            shown(&first.value.key()?),
            first.first.saturating_add(1),
        ))
    }
}

fn no_use(column: &Column, kind: Kind) -> Problem {
    Problem::refuses(
        format!("column `{}`", column.name()),
        format!("the schema says that it is of the kind {kind}, but none of its values is"),
        "correct its rule in the schema, such as `date = \"day-first\"` for 31.1.2024",
    )
}

fn counts_by_one(column: &Column) -> bool {
    let follows = |(one, next): (Value<'_>, Value<'_>)| match (one, next) {
        (Value::Integer(one), Value::Integer(next)) => one.checked_add(1) == Some(next),
        _ => false,
    };
    column.len() >= MANY && column.values().zip(column.values().skip(1)).all(follows)
}

/// What a value is, for people.
fn sort(value: &Value<'_>) -> &'static str {
    match value {
        Value::Truth(_) => "truth values",
        Value::Integer(_) | Value::Number(_) | Value::Decimal(_) => "numbers",
        Value::Moment(_) => "dates",
        Value::Missing | Value::Text(_) => "texts",
    }
}

/// The sort of most rows.
fn main_sort(found: &[Found<'_>]) -> &'static str {
    let count = |name: &str| {
        let of_it = found.iter().filter(|found| sort(&found.value) == name);
        of_it.map(|found| found.rows).sum::<usize>()
    };
    let sorts = ["dates", "truth values", "numbers", "texts"];
    sorts.into_iter().max_by_key(|name| count(name)).unwrap_or("texts")
}

/// Rows whose texts cannot be published.
fn refused(groups: &[Group]) -> Option<String> {
    let refused: Vec<&Group> =
        groups.iter().filter(|group| group.publishable().next().is_none()).collect();
    let first = refused.first()?;
    Some(format!(
        "texts that are too long or cannot be published, and are not told apart: {}, the first of \
         them {} in row {}",
        refused.len(),
        shown(first.name()),
        first.first.saturating_add(1),
    ))
}

/// Categories with several spellings.
fn spellings(groups: &[Group]) -> Option<String> {
    let group = groups.iter().find(|group| group.has_spellings())?;
    let name = shown(group.name());
    Some(format!("texts that differ only in their Unicode form are one, such as {name}"))
}

/// Categories with more spellings than are kept.
fn too_many_spellings(groups: &[Group]) -> Option<String> {
    let group = groups.iter().find(|group| group.not_kept > 0)?;
    let (name, more) = (shown(group.name()), group.not_kept);
    Some(format!(
        "only {MOST_SPELLINGS} spellings of a text are recognised, and {name} has {more} more, \
         which count as other values: write it in one way"
    ))
}

/// Rows whose values the order does not name.
fn outside(groups: &[Group], order: &[String]) -> Option<String> {
    let mut outside = groups.iter().filter(|group| !order.is_empty() && !group.is_one_of(order));
    let first = outside.next()?;
    let rows = outside.fold(first.rows, |rows, group| rows.saturating_add(group.rows));
    let name = shown(first.name());
    Some(format!("rows whose value is not in the order of the schema: {rows}, such as {name}"))
}
