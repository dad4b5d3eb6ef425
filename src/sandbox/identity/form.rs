//! Reads `application/x-www-form-urlencoded`, in queries and in bodies.
//!
//! A parameter that comes twice makes the whole unreadable, as RFC 6749, 3.1, wants it.

use percent_encoding::percent_decode;

pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// None when it is not UTF-8 or names a parameter twice.
    pub(crate) fn parse(text: &[u8]) -> Option<Form> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            let (name, value) = (decode(name)?, decode(value)?);
            if parameters.iter().any(|(other, _)| *other == name) {
                return None;
            }
            parameters.push((name, value));
        }
        Some(Form(parameters))
    }

    /// An empty value counts as none (RFC 6749, 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, value)| other == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> =
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(|decoded| decoded.into_owned())
}
