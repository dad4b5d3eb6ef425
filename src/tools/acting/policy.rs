//! What calls that act need first, as the operator decides.
//!
//! Not for carrying it out: `acting` does.

/// What a call that acts needs first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmMode {
    /// Nothing.
    None,
    /// A stop and an update show what will happen, and want to be confirmed.
    Preview,
    /// A person approves it on a page of this server.
    Person,
}

impl ConfirmMode {
    const ALL: [(&str, Self); 3] =
        [("none", Self::None), ("preview", Self::Preview), ("person", Self::Person)];

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, mode)| mode)
    }

    /// Its name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Preview => "preview",
            Self::Person => "person",
        }
    }
}

/// What each tool that acts needs first (`WIV_MCP_CONFIRM`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmPolicy {
    /// For tools that are not named.
    others: ConfirmMode,
    named: Vec<(Box<str>, ConfirmMode)>,
}

impl Default for ConfirmPolicy {
    fn default() -> Self {
        Self { others: ConfirmMode::Preview, named: Vec::new() }
    }
}

impl ConfirmPolicy {
    /// Reads `none`, `preview`, `person`, or `person:tool,tool;preview:tool`.
    ///
    /// # Errors
    /// Completes "expected …", and never repeats the text.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(others) = ConfirmMode::read(text.trim()) {
            return Ok(Self { others, named: Vec::new() });
        }
        let expected = || {
            "`none`, `preview`, `person`, or modes with tools, such as \
             person:wiv_start_execution,wiv_update_workflow;preview:wiv_stop_execution"
                .to_owned()
        };
        let mut named: Vec<(Box<str>, ConfirmMode)> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (mode, tools) = part.split_once(':').ok_or_else(expected)?;
            let mode = ConfirmMode::read(mode.trim()).ok_or_else(expected)?;
            for tool in tools.split(',').map(str::trim) {
                let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
                if tool.is_empty() || !tool.bytes().all(|byte| is_name(byte) || byte == b'_') {
                    return Err(expected());
                }
                if named.iter().any(|(other, _)| **other == *tool) {
                    return Err(format!("each tool once; `{tool}` stands there twice"));
                }
                named.push((tool.into(), mode));
            }
        }
        if named.is_empty() {
            return Err(expected());
        }
        Ok(Self { named, ..Self::default() })
    }

    /// What a tool that acts needs first.
    pub fn of(&self, tool: &str) -> ConfirmMode {
        let named = self.named.iter().find(|(name, _)| **name == *tool);
        named.map_or(self.others, |(_, mode)| *mode)
    }

    /// Whether some tool needs a person, and so a page with sign-in.
    pub fn needs_a_person(&self) -> bool {
        self.others == ConfirmMode::Person
            || self.named.iter().any(|(_, mode)| *mode == ConfirmMode::Person)
    }

    /// The tools that it names.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_for_all_tools_or_for_those_that_are_named() {
        for (text, start, stop) in [
            ("none", ConfirmMode::None, ConfirmMode::None),
            (" person ", ConfirmMode::Person, ConfirmMode::Person),
            ("person:start", ConfirmMode::Person, ConfirmMode::Preview),
            ("person:start , other;none:stop", ConfirmMode::Person, ConfirmMode::None),
            ("none:stop;", ConfirmMode::Preview, ConfirmMode::None),
        ] {
            let policy = ConfirmPolicy::read(text).unwrap();
            assert_eq!((policy.of("start"), policy.of("stop")), (start, stop), "{text}");
        }
        assert!(ConfirmPolicy::read("preview:a;person:b").unwrap().needs_a_person());
        assert!(!ConfirmPolicy::default().needs_a_person());
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for text in ["", "maybe", "person:", "person:a,", ":a", "a", "person:a;maybe:b", "none:A b"]
        {
            assert!(ConfirmPolicy::read(text).is_err(), "{text}");
        }
        let twice = ConfirmPolicy::read("person:a;none:a").unwrap_err();
        assert!(twice.contains("`a` stands there twice"), "{twice}");
    }
}
