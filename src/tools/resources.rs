//! Resources: two guides for models, and matching cases as a csv file.
//!
//! Guides are the same for everybody. Cases are read by the caller's own tool calls.

mod cases;

use self::cases::CASES;
use super::Tools;
use crate::{
    caller::Caller,
    mcp::{Context, Error, Resource, ResourceBody, ResourceContents},
};

/// A text that is part of this server.
struct GuideText {
    uri: &'static str,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    text: &'static str,
    /// A tool without which it speaks of nothing.
    needs: &'static str,
}

const GUIDES: [GuideText; 2] = [
    GuideText {
        uri: "wiv://guides/glossary",
        name: "glossary",
        title: "Words and money",
        description: "What open, nobody, active, untouched and the statuses mean, and the rules of money.",
        text: include_str!("resources/glossary.md"),
        needs: "wiv_search_cases",
    },
    GuideText {
        uri: "wiv://guides/workflow-authoring",
        name: "workflow-authoring",
        title: "Writing a workflow",
        description: "How a workflow's steps are named, linked and referred to; read it before changing one.",
        text: include_str!("resources/workflow-authoring.md"),
        needs: "wiv_get_workflow",
    },
];

const MARKDOWN: &str = "text/markdown";

impl Tools {
    fn guides(&self, caller: &Caller) -> impl Iterator<Item = &'static GuideText> {
        GUIDES.iter().filter(|guide| self.offered(caller, guide.needs).is_some())
    }

    /// Whether the server has any; a view may have fewer.
    pub(super) fn has_resources(&self) -> bool {
        let has =
            |name: &str| self.catalog.tool(name).is_some_and(|tool| self.settings.offers(tool));
        GUIDES.iter().any(|guide| has(guide.needs))
    }

    pub(super) fn guides_listed(&self, caller: &Caller) -> Vec<Resource> {
        let resource = |guide: &GuideText| Resource {
            uri: guide.uri.into(),
            name: guide.name.into(),
            title: guide.title.into(),
            description: guide.description.into(),
            mime_type: MARKDOWN.into(),
        };
        self.guides(caller).map(resource).collect()
    }

    pub(super) fn templates_listed(&self, caller: &Caller) -> Vec<Resource> {
        let template = Resource {
            uri: CASES.template.into(),
            name: "cases.csv".into(),
            title: "Cases as csv".into(),
            description: "Matching cases as a csv file. `filters` is a JSON object as \
                          wiv_search_cases takes it, URL-encoded; left out: all cases."
                .into(),
            mime_type: cases::CSV.into(),
        };
        self.offered(caller, CASES.tool).map(|_| template).into_iter().collect()
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// When there is no such resource, or the cases can't be read.
    pub(super) async fn contents(
        &self,
        caller: &Caller,
        context: &Context,
        uri: &str,
    ) -> Result<Vec<ResourceContents>, Error> {
        if let Some(guide) = self.guides(caller).find(|guide| guide.uri == uri) {
            return Ok(vec![ResourceContents {
                uri: uri.into(),
                mime_type: MARKDOWN.into(),
                body: ResourceBody::Text(guide.text.into()),
            }]);
        }
        match uri.strip_prefix(CASES.address).filter(|_| self.offered(caller, CASES.tool).is_some())
        {
            Some(query) if query.is_empty() || query.starts_with('?') => {
                self.cases_csv(caller, context, uri, query).await
            }
            _ => Err(Error::unknown_resource(context.revision, uri)),
        }
    }
}
