//! Rows that are odd, counted by what is odd about them, and told.
//!
//! What is in no figure must not be missing silently. Not for adding up.

/// Rows by what is odd about them.
#[derive(Debug, Clone, Default)]
pub(in crate::answer) struct Odd {
    pub(super) without_amount: usize,
    pub(super) odd_amount: usize,
    pub(super) without_currency: usize,
    /// Their currency has no name that is told apart.
    pub(super) odd_currency: usize,
    /// They are no objects.
    pub(super) no_objects: usize,
    /// They came although they don't fit the filters.
    pub(in crate::answer) unfit: usize,
    /// Whether they meet `where` can't be told.
    pub(super) untried: usize,
    /// Whether they were asked for can't be told by their state.
    pub(in crate::answer) unknown_states: usize,
    /// They match, and whether they are closed can't be told.
    pub(super) unplaced: usize,
    /// They match, and when they came can't be read.
    pub(in crate::answer) without_created: usize,
    /// They match, and when they last changed can't be read.
    pub(in crate::answer) without_updated: usize,
}

impl Odd {
    pub(super) fn look(
        &mut self,
        value: Option<&str>,
        has_amount: bool,
        currency: &str,
        index: Option<u16>,
    ) {
        let is_absent = value.is_none_or(|value| value == "null");
        self.without_amount += usize::from(is_absent);
        self.odd_amount += usize::from(!is_absent && !has_amount);
        let has_none = has_amount && index.is_none();
        self.without_currency += usize::from(has_none && currency.is_empty());
        self.odd_currency += usize::from(has_none && !currency.is_empty());
    }

    /// What is in no sum, where anything is.
    pub(in crate::answer) fn note_of_money(&self, unreadable: usize) -> Option<String> {
        let reasons = [
            (self.without_amount, "without an amount"),
            (self.odd_amount, "with an amount that is no plain number"),
            (self.without_currency, "without a currency"),
            (self.odd_currency, "with a currency that is one too many or has too long a name"),
        ];
        let reasons: Vec<String> = reasons
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        (unreadable > 0).then(|| {
            let reasons =
                if reasons.is_empty() { "odd amounts".to_owned() } else { reasons.join(", ") };
            let rows = if unreadable == 1 { "row that matches is" } else { "rows that match are" };
            format!("{unreadable} {rows} in no sum: {reasons}.")
        })
    }

    /// What is in no count, where anything is.
    pub(in crate::answer) fn notes_of_rows(&self) -> impl Iterator<Item = String> {
        let told = |count: usize, one: &str, many: &str, what: &str| {
            let rows = match count {
                0 => return None,
                1 => format!("1 row {one}"),
                _ => format!("{count} rows {many}"),
            };
            Some(format!("{rows} {what}"))
        };
        [
            told(self.no_objects, "is", "are", "no object, and in no figure."),
            told(
                self.unknown_states,
                "has",
                "have",
                "no status that is known, and in no figure: figures are lower bounds.",
            ),
            crate::answer::fitting::note(self.unfit),
            told(
                self.untried,
                "could",
                "could",
                "not be tried against `where`, and are left out: an amount, a currency or a time \
                 can't be read.",
            ),
            told(
                self.unplaced,
                "that matches has",
                "that match have",
                "no status that is known: whether that is closed can't be told.",
            ),
        ]
        .into_iter()
        .flatten()
    }
}
