//! The members that OpenAPI's objects have.
//!
//! Not for what they hold. A misspelt one is refused, because what it held would be missing.

use serde_json::Value;

use super::{
    super::nearest::nearest,
    mistakes::{DocumentMistakes, DocumentPlace},
    words::unknown,
};

/// An object of OpenAPI 3.1.
#[derive(Debug, Clone, Copy)]
pub(super) enum OpenApiObject {
    Document,
    Operation,
    Parameter,
    RequestBody,
    MediaType,
}

impl OpenApiObject {
    const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Document => &[
                "openapi",
                "info",
                "jsonSchemaDialect",
                "servers",
                "paths",
                "webhooks",
                "components",
                "security",
                "tags",
                "externalDocs",
            ],
            Self::Operation => &[
                "tags",
                "summary",
                "description",
                "externalDocs",
                "operationId",
                "parameters",
                "requestBody",
                "responses",
                "callbacks",
                "deprecated",
                "security",
                "servers",
            ],
            Self::Parameter => &[
                "name",
                "in",
                "description",
                "summary",
                "required",
                "deprecated",
                "allowEmptyValue",
                "style",
                "explode",
                "allowReserved",
                "schema",
                "example",
                "examples",
                "content",
            ],
            Self::RequestBody => &["description", "summary", "content", "required"],
            Self::MediaType => &["schema", "example", "examples", "encoding"],
        }
    }

    /// Refuses members that such an object doesn't have. Extensions are looked at elsewhere.
    pub(super) fn check(
        self,
        object: &Value,
        place: DocumentPlace<'_>,
        mistakes: &mut DocumentMistakes,
    ) {
        for (name, _) in object.as_object().into_iter().flatten() {
            if !name.starts_with("x-") && !self.members().contains(&&**name) {
                mistakes.add(place.member(name), unknown(name, self.members()));
            }
        }
    }
}

/// JSON Schema's keywords (2020-12), and those that OpenAPI adds.
const KEYWORDS: [&str; 58] = [
    "$schema",
    "$id",
    "$ref",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$vocabulary",
    "$comment",
    "$defs",
    "definitions",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "prefixItems",
    "items",
    "contains",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxContains",
    "minContains",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "examples",
    "example",
    "format",
    "contentEncoding",
    "contentMediaType",
];

/// Refuses a keyword of a schema that is nearly one that there is. Others are annotations of
/// somebody's own, which JSON Schema lets stand.
pub(super) fn check_keyword(name: &str, place: DocumentPlace<'_>, mistakes: &mut DocumentMistakes) {
    if KEYWORDS.contains(&name) || name.starts_with("x-") || name.len() < 4 {
        return;
    }
    // A slip or two, as `requird`; not a word that only begins alike.
    let is_slip = |near: &&str| near.len().abs_diff(name.len()) < 3;
    if let Some(near) = nearest(KEYWORDS.into_iter(), name).first().filter(|near| is_slip(near)) {
        mistakes.add(place, format!("`{name}` is unknown here; did you mean `{near}`?"));
    }
}
