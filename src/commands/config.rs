//! `wiv-mcp config`: shows every setting and where it came from, or makes a sealing key.
//!
//! Not for reading settings. Of a secret it gets to see only whether it is set.

use std::io::{self, Write};

use crate::seal::SealingKeys;
use crate::settings::Shown;

/// Prints the settings as a table with aligned columns.
///
/// # Errors
/// When `output` can't be written to.
pub fn run(settings: &[Shown], output: &mut dyn Write) -> io::Result<()> {
    let width = |text: fn(&Shown) -> &str| {
        settings.iter().map(|shown| text(shown).chars().count()).max().unwrap_or(0)
    };
    let (names, values) = (width(|shown| shown.variable), width(|shown| &shown.value));
    for Shown { variable, value, source } in settings {
        writeln!(output, "{variable:names$}  {value:values$}  {source}")?;
    }
    Ok(())
}

/// Prints a fresh sealing key, ready for `WIV_MCP_SEALING_KEYS`.
///
/// # Errors
/// When `output` can't be written to.
pub fn new_sealing_key(output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "{}", SealingKeys::new_key_line())
}

#[cfg(test)]
mod tests;
