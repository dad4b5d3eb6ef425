//! Rows counted, and their money summed by currency.
//!
//! Never over currencies. What can't be added is counted as unreadable.

use rust_decimal::Decimal;

/// Currencies that are told apart; there are 180 in the world, and nobody has them all.
const MAX_CURRENCIES: usize = 50;

/// Longest name of a currency. Codes have three letters.
const MAX_NAME_BYTES: usize = 32;

/// The currencies that were seen, each by its number.
#[derive(Debug, Clone, Default)]
pub(in crate::answer) struct Currencies(Vec<Box<str>>);

impl Currencies {
    /// The number of a currency; `None` of what can name none.
    pub(super) fn index(&mut self, name: &str) -> Option<u16> {
        if let Some(known) = self.0.iter().position(|known| **known == *name) {
            return u16::try_from(known).ok();
        }
        let may_be = (1..=MAX_NAME_BYTES).contains(&name.len()) && self.0.len() < MAX_CURRENCIES;
        if !may_be {
            return None;
        }
        self.0.push(name.into());
        u16::try_from(self.0.len() - 1).ok()
    }

    /// All that were seen.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    pub(in crate::answer) fn name(&self, index: u16) -> &str {
        self.0.get(usize::from(index)).map_or("", |name| name)
    }
}

/// A count of rows and sums of their money.
#[derive(Debug, Clone, Default)]
pub(in crate::answer) struct Tally {
    /// Rows.
    pub(in crate::answer) count: usize,
    /// Rows and sum of each currency, by its number.
    pub(in crate::answer) sums: Vec<CurrencySum>,
    /// Rows whose money can't be read.
    pub(in crate::answer) unreadable: usize,
}

/// The rows of one currency.
#[derive(Debug, Clone)]
pub(in crate::answer) struct CurrencySum {
    pub(in crate::answer) currency: u16,
    pub(in crate::answer) count: usize,
    pub(in crate::answer) sum: Decimal,
}

impl Tally {
    /// Counts a row and adds its money.
    pub(super) fn add(&mut self, money: Option<(u16, Decimal)>) {
        self.count += 1;
        let added = money.is_some_and(|(currency, amount)| self.add_sum(currency, 1, amount));
        self.unreadable += usize::from(!added);
    }

    /// Adds all of another.
    pub(in crate::answer) fn add_all(&mut self, other: &Self) {
        self.count += other.count;
        self.unreadable += other.unreadable;
        for CurrencySum { currency, count, sum } in &other.sums {
            if !self.add_sum(*currency, *count, *sum) {
                self.unreadable += count;
            }
        }
    }

    fn add_sum(&mut self, currency: u16, count: usize, amount: Decimal) -> bool {
        let place = self.sums.iter().position(|sum| sum.currency == currency);
        let place = place.unwrap_or_else(|| {
            self.sums.push(CurrencySum { currency, count: 0, sum: Decimal::ZERO });
            self.sums.len() - 1
        });
        let sum = &mut self.sums[place];
        // Amounts are bounded, so that this holds; what can't be added must not be lost silently.
        let Some(added) = sum.sum.checked_add(amount) else { return false };
        sum.sum = added;
        sum.count += count;
        true
    }

    /// The sum of one currency.
    pub(in crate::answer) fn sum_of(&self, currency: u16) -> Option<Decimal> {
        self.sums.iter().find(|sum| sum.currency == currency).map(|sum| sum.sum)
    }
}
