//! `wiv-mcp config`: shows every setting and where it came from, or makes a sealing key.
//!
//! Not for reading settings. Of a secret it gets to see only whether it is set.

use std::io::{self, Write};

use clap::ArgMatches;

use super::{failure::CommandFailure, process::load};
use crate::{
    seal::SealingKeys,
    settings::{self, RunAs, ShownSetting},
};

/// The command.
pub(super) fn command(matches: &ArgMatches) -> Result<(), CommandFailure> {
    let mut output = io::stdout().lock();
    if matches.get_flag("new-sealing-key") {
        return Ok(new_sealing_key(&mut output)?);
    }
    if matches.get_flag("markdown") {
        return Ok(output.write_all(settings::markdown().as_bytes())?);
    }
    let unsaid = match load(RunAs::Server, matches) {
        Ok((_, shown)) => return Ok(run(&shown, &mut output)?),
        Err(mistakes) if !mistakes.is_only_no_address() => {
            return Err(CommandFailure::usage(mistakes));
        }
        Err(mistakes) => mistakes,
    };
    // Nobody set up a server here, so that is nobody's mistake; but `serve` would not start.
    let (_, shown) = load(RunAs::Command, matches).map_err(CommandFailure::usage)?;
    run(&shown, &mut output)?;
    let _unheard = writeln!(io::stderr(), "wiv-mcp: `serve` would not start here: {unsaid}");
    Ok(())
}

/// Prints the settings as a table with aligned columns.
///
/// # Errors
/// When `output` can't be written to.
pub fn run(settings: &[ShownSetting], output: &mut dyn Write) -> io::Result<()> {
    let width = |text: fn(&ShownSetting) -> &str| {
        settings.iter().map(|shown| text(shown).chars().count()).max().unwrap_or(0)
    };
    let (names, values) = (width(|shown| shown.variable), width(|shown| &shown.value));
    for ShownSetting { variable, value, source } in settings {
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
