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
    Unreadable(io::ErrorKind),
    /// The line of the first byte that is no text.
    NotUtf8(usize),
    Refused(DocumentError),
}

impl CatalogFileError {
    /// Each mistake, with the file's name and its own line.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let path = self.path.display();
        let lines: Vec<String> = match &self.wrong {
            WrongFile::Unreadable(kind) => vec![format!("{path} can't be read: {}", said(*kind))],
            WrongFile::NotUtf8(line) => {
                vec![format!("{path}, line {line}: not UTF-8 text; save the file as UTF-8")]
            }
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
        let bytes =
            std::fs::read(path).map_err(|error| wrong(WrongFile::Unreadable(error.kind())))?;
        let text = str::from_utf8(&bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            wrong(WrongFile::NotUtf8(1 + before.iter().filter(|byte| **byte == b'\n').count()))
        })?;
        // Editors of Windows put a byte order mark in front.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self::from_yaml(text).map_err(|error| wrong(WrongFile::Refused(error)))
    }
}

/// Why a file can't be read, without a system's numbers.
fn said(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "this program may not read it".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => kind.to_string(),
    }
}
