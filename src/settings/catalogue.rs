//! Whether a server can take its tools from the file that the settings name.
//!
//! Not for reading documents, which `catalog` does. Commands that need no tools need no sound file.

use super::mistakes::Mistake;
use super::sources::Sources;
use super::table::Settings;
use crate::catalog::Catalog;

/// Adds what is wrong with the catalogue, each mistake by itself.
pub(super) fn check(settings: &Settings, sources: &mut Sources) {
    let Some(path) = &settings.catalog else { return };
    if let Err(error) = Catalog::from_file(path) {
        sources.mistakes.extend(error.lines().map(Mistake::Catalogue));
    }
}
