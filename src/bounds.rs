//! Which tools may be used at all: toolsets, and whether only reads.
//!
//! Upper bounds, which settings, addresses and grants each set for themselves: they are met and
//! never widened. Knows no tool.

mod toolset;
mod view_path;

pub use toolset::Toolset;
pub use view_path::ViewPath;

/// What may be used. The connection always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToolBounds {
    /// A bit for each of [`Toolset::ALL`], in that order.
    toolsets: u8,
    read_only: bool,
}

/// The bits of the toolsets that can be chosen.
const CHOSEN: u8 = (1 << (Toolset::ALL.len() - 1)) - 1;

// The connection stands last, so that the bits below it are those that can be chosen.
const _: () = assert!(Toolset::ALL.len() == 8 && Toolset::Connection as usize == 7);

impl ToolBounds {
    /// No bound: every tool.
    pub const ALL: Self = Self { toolsets: CHOSEN, read_only: false };

    /// The narrowest there are: the connection alone.
    pub const LEAST: Self = Self { toolsets: 0, read_only: true };

    /// How many there are.
    pub const COUNT: usize = 2 * (CHOSEN as usize + 1);

    /// These toolsets, or all of them.
    pub fn new(toolsets: Option<&[Toolset]>, read_only: bool) -> Self {
        let bits = |toolsets: &[Toolset]| toolsets.iter().fold(0, |bits, one| bits | bit(*one));
        Self { toolsets: toolsets.map_or(CHOSEN, bits) & CHOSEN, read_only }
    }

    /// What both let through.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        let toolsets = self.toolsets & other.toolsets;
        Self { toolsets, read_only: self.read_only || other.read_only }
    }

    /// Whether these let nothing through that the other does not.
    pub fn is_within(self, other: Self) -> bool {
        self.and(other) == self
    }

    /// Whether tools of a toolset are let through.
    pub fn has(self, toolset: Toolset) -> bool {
        toolset == Toolset::Connection || self.toolsets & bit(toolset) != 0
    }

    /// Whether nothing may be changed.
    pub const fn is_read_only(self) -> bool {
        self.read_only
    }

    /// Whether a tool of this toolset is let through.
    pub fn lets_through(self, toolset: Toolset, reads: bool) -> bool {
        self.has(toolset) && (reads || !self.read_only)
    }

    /// The toolsets, in their order; the connection last.
    pub fn toolsets(self) -> impl Iterator<Item = Toolset> {
        Toolset::ALL.into_iter().filter(move |toolset| self.has(*toolset))
    }

    /// The toolsets that were chosen, where not all of them are.
    pub fn chosen(self) -> Option<Vec<&'static str>> {
        let names = Toolset::ALL.into_iter().filter(|toolset| *toolset != Toolset::Connection);
        let names = names.filter(|toolset| self.has(*toolset)).map(Toolset::as_str);
        (self.toolsets != CHOSEN).then(|| names.collect())
    }

    /// A number below [`COUNT`](Self::COUNT), its own for each.
    pub const fn index(self) -> usize {
        self.toolsets as usize * 2 + self.read_only as usize
    }
}

const fn bit(toolset: Toolset) -> u8 {
    1 << (toolset as u8)
}

#[cfg(test)]
mod tests;
