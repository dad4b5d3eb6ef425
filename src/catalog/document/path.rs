//! Reads a path template such as `/spaces/{space_id}/resources`.

use super::super::operation::Segment;

/// The pieces of a template, or why it is none. Names are those of the wire.
pub(super) fn parse(template: &str) -> Result<Vec<Segment>, String> {
    let Some(segments) = template.strip_prefix('/') else {
        return Err("a path must begin with a slash".into());
    };
    let mut pieces = Vec::new();
    let mut fixed = String::new();
    for segment in segments.split('/') {
        fixed.push('/');
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            pieces.push(Segment::Fixed(std::mem::take(&mut fixed).into()));
            pieces.push(Segment::Argument(name.into()));
        } else if is_plain(segment) {
            fixed.push_str(segment);
        } else {
            return Err(format!(
                "`{segment}` must be a whole {{parameter}} or of letters, digits, `.`, `_`, `-`, `~`"
            ));
        }
    }
    if !fixed.is_empty() {
        pieces.push(Segment::Fixed(fixed.into()));
    }
    Ok(pieces)
}

/// Characters that need no encoding, and no step within the path.
fn is_plain(segment: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~".contains(&byte);
    !matches!(segment, "" | "." | "..") && segment.bytes().all(unreserved)
}
