//! A catalogue in a file, with its mistakes in lines that name the file.
//!
//! Not for what documents may say: `document` knows that.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Catalog, DocumentError};

/// A file that can't be a catalogue.
#[derive(Debug)]
pub struct CatalogFileError {
    path: PathBuf,
    wrong: WrongFile,
}

#[derive(Debug)]
enum WrongFile {
    Unreadable(io::Error),
    Refused(DocumentError),
}

impl CatalogFileError {
    /// Each mistake, with the file's name and its own line.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let path = self.path.display();
        let lines: Vec<String> = match &self.wrong {
            WrongFile::Unreadable(error) => vec![format!("{path} can't be read: {error}")],
            WrongFile::Refused(DocumentError { mistakes }) => {
                mistakes.iter().map(|mistake| format!("{path}, {mistake}")).collect()
            }
        };
        lines.into_iter()
    }
}

impl Catalog {
    /// Reads the document in a file, which replaces the built-in one.
    ///
    /// # Errors
    /// When the file can't be read, or lists every mistake of its document.
    pub fn from_file(path: &Path) -> Result<Self, CatalogFileError> {
        let wrong = |wrong| CatalogFileError { path: path.to_owned(), wrong };
        let text =
            std::fs::read_to_string(path).map_err(|error| wrong(WrongFile::Unreadable(error)))?;
        Self::from_yaml(&text).map_err(|error| wrong(WrongFile::Refused(error)))
    }
}
