//! The part of an MCP address that names a view: `/readonly`, `/x/cases,msp`, both, or nothing.
//!
//! Keeps the order in which toolsets are spelled and nothing else of the text: clients hold the
//! address of a metadata document's resource against the one that they were given.

use std::fmt;

use super::{ToolBounds, Toolset};

/// Bits for one toolset's place, and for its number, counted from one.
const PLACE_BITS: u32 = 4;

/// A view as an address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ViewPath {
    /// The toolsets as they are spelled, the first lowest; 0 when none is named.
    places: u32,
    read_only: bool,
}

impl ViewPath {
    /// No view: everything that the server offers.
    pub const WHOLE: Self = Self { places: 0, read_only: false };

    /// Reads what follows `/mcp` or `/sse`. A toolset that comes again counts once; one slash at
    /// the end is passed over. `None` for anything else: nobody shall take a misspelled view for
    /// a narrow one.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let (path, read_only) =
            path.strip_suffix("/readonly").map_or((path, false), |rest| (rest, true));
        let mut view = Self { read_only, ..Self::WHOLE };
        if path.is_empty() {
            return Some(view);
        }
        for name in path.strip_prefix("/x/")?.split(',') {
            view.add(Toolset::parse(name)?);
        }
        Some(view)
    }

    fn add(&mut self, toolset: Toolset) {
        if self.toolsets().all(|named| named != toolset) {
            let place = PLACE_BITS * self.toolsets().count() as u32;
            self.places |= (toolset as u32 + 1) << place;
        }
    }

    fn toolsets(self) -> impl Iterator<Item = Toolset> {
        let place =
            move |place: u32| (self.places >> (PLACE_BITS * place)) & ((1 << PLACE_BITS) - 1);
        let number = |number: u32| Toolset::ALL.get(number.checked_sub(1)? as usize).copied();
        (0..u32::BITS / PLACE_BITS).map_while(move |at| number(place(at)))
    }

    /// What it lets through.
    pub fn bounds(self) -> ToolBounds {
        let toolsets: Vec<Toolset> = self.toolsets().collect();
        ToolBounds::new((!toolsets.is_empty()).then_some(&toolsets), self.read_only)
    }
}

impl fmt::Display for ViewPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, toolset) in self.toolsets().enumerate() {
            write!(formatter, "{}{}", if number == 0 { "/x/" } else { "," }, toolset.as_str())?;
        }
        formatter.write_str(if self.read_only { "/readonly" } else { "" })
    }
}
