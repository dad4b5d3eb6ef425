//! Tests of what `config` prints.

use super::*;
use crate::settings::SettingSource;

fn printed(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut output = Vec::new();
    print(&mut output).unwrap();
    String::from_utf8(output).unwrap()
}

#[test]
fn columns_are_aligned() {
    let shown =
        |variable, value: &str, source| ShownSetting { variable, value: value.into(), source };
    let settings = [
        shown("LONG_NAME", "set", SettingSource::File),
        shown("NAME", "größer", SettingSource::Default),
    ];
    let expected = "LONG_NAME  set     file\nNAME       größer  default\n";
    assert_eq!(printed(|output| run(&settings, output)), expected);
}

#[test]
fn a_new_sealing_key_can_be_used() {
    assert!(SealingKeys::parse(&printed(new_sealing_key)).is_ok());
}
