//! The tools as MCP sees them: implements the core's `Host` over catalogue and WIV client.
//!
//! Knows what a tool call is, step by step; neither HTTP nor how messages travel.

mod acting;
mod aside;
mod call;
mod checking;
mod connection;
mod credential;
mod cursor;
mod empty;
mod extent;
mod fold;
mod instructions;
mod key_owners;
mod overlay;
mod plan;
mod prompts;
mod resources;
mod run_summary;
mod runs;
mod same_call;
mod sending;
mod shaping;
mod states;
mod step;
mod views;

use std::{borrow::Cow, sync::Arc};

use tokio_util::sync::CancellationToken;

use acting::Confirmations;
pub use acting::{ConfirmMode, ConfirmPolicy};
use aside::Aside;
pub use key_owners::KeyOwners;
use prompts::table::Prompts;
use states::States;
use views::{Views, lets};

use crate::{
    answer,
    bounds::ToolBounds,
    caller::Caller,
    catalog::{Catalog, Tool, Toolset},
    marks::Marks,
    mcp::{
        self, Capabilities, CompletionRequest, Context, Host, Icon, Implementation, Outcome,
        Prompt, PromptRequest, PromptResult, Resource, ResourceContents, StateSealer, ToolCall,
        ToolResult, View,
    },
    origin::PublicUrls,
    seal::{Purpose, Sealer, SealingKeys},
    wiv,
};

/// What the tools need to know.
#[derive(Debug, Clone)]
pub struct ToolsSettings {
    /// Serve only tools that read.
    pub read_only: bool,
    /// Serve only these toolsets; `None` means all.
    pub toolsets: Option<Vec<Toolset>>,
    /// What calls that act need first.
    pub confirm: ConfirmPolicy,
    /// Characters of an answer's text.
    pub text_limit_chars: usize,
    /// Where the server is found; a user of one machine has none.
    pub urls: Option<PublicUrls>,
}

/// The tools this server offers.
pub struct Tools {
    catalog: Arc<Catalog>,
    wiv: Arc<wiv::Client>,
    cursors: Sealer,
    states: States,
    confirmations: Confirmations,
    aside: Aside,
    settings: ToolsSettings,
    views: Views,
    implementation: Implementation,
    prompts: Prompts,
    key_owners: Option<KeyOwners>,
    marks: Marks,
    closing: CancellationToken,
}

impl Tools {
    /// Puts the tools together and renders their list once. `keys` seal places in lists, and what
    /// a client carries while a person is asked, for `audience`.
    pub fn new(
        catalog: Catalog,
        wiv: Arc<wiv::Client>,
        keys: &SealingKeys,
        audience: &str,
        settings: ToolsSettings,
    ) -> Self {
        let views = Views::new(&catalog, settings.bounds());
        let implementation = implementation(settings.urls.as_ref());
        let offers = |name: &str| catalog.tool(name).is_some_and(|tool| settings.offers(tool));
        let prompts = Prompts::new(offers);
        let cursors = keys.sealer(Purpose::Cursor, audience);
        let (aside, states) = (Aside::default(), States::new(keys, audience));
        let catalog = Arc::new(catalog);
        let confirmations = Confirmations::new(keys, audience);
        Self {
            catalog,
            wiv,
            cursors,
            states,
            confirmations,
            aside,
            settings,
            views,
            implementation,
            prompts,
            key_owners: None,
            marks: Marks::in_memory(),
            closing: CancellationToken::new(),
        }
    }

    /// Lets waits end once the server closes.
    #[must_use]
    pub fn until(self, closing: CancellationToken) -> Self {
        Self { closing, ..self }
    }

    /// Notes in these marks what may be done once.
    #[must_use]
    pub fn with_marks(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// Gives somebody to ask whose a key is.
    #[must_use]
    pub fn with_key_owners(self, owners: Option<KeyOwners>) -> Self {
        Self { key_owners: owners, ..self }
    }

    /// The tools as data.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// How many of them are offered.
    pub fn offered_count(&self) -> usize {
        self.catalog.tools().iter().filter(|tool| self.settings.offers(tool)).count()
    }

    /// The tool of that name, where settings, address and grant let it through.
    fn offered(&self, caller: &Caller, name: &str) -> Option<&Tool> {
        let bounds = self.views.bounds(caller);
        self.catalog.tool(name).filter(|tool| lets(bounds, tool))
    }
}

impl ToolsSettings {
    /// Whether a server with these settings has the tool.
    pub fn offers(&self, tool: &Tool) -> bool {
        self.barring(tool).is_empty()
    }

    /// The settings that keep a tool from being offered, each by itself.
    pub fn barring(&self, tool: &Tool) -> Vec<&'static str> {
        let bounds = self.bounds();
        let in_toolset = bounds.has(tool.toolset);
        let may_run = !bounds.is_read_only() || tool.hints.read_only;
        let settings = [("WIV_MCP_TOOLSETS", in_toolset), ("WIV_MCP_READ_ONLY", may_run)];
        let barring = settings.into_iter().filter(|(_, lets_through)| !lets_through);
        barring.map(|(setting, _)| setting).collect()
    }

    fn bounds(&self) -> ToolBounds {
        ToolBounds::new(self.toolsets.as_deref(), self.read_only)
    }

    fn answer_limits(&self) -> answer::Limits {
        answer::Limits { text_chars: self.text_limit_chars }
    }
}

impl Host for Tools {
    type Caller = Caller;

    fn implementation(&self) -> &Implementation {
        &self.implementation
    }

    fn instructions(&self, caller: &Caller) -> Cow<'_, str> {
        let text = &self.views.of(&self.catalog, caller).instructions;
        instructions::to_caller(text, caller)
    }

    fn view(&self, caller: &Caller) -> Arc<View> {
        Arc::clone(&self.views.of(&self.catalog, caller).view)
    }

    fn states(&self) -> Option<&dyn StateSealer<Caller>> {
        Some(&self.states)
    }

    async fn call(
        &self,
        caller: &Caller,
        context: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, mcp::Error> {
        self.run(caller, context, call).await
    }

    fn capabilities(&self) -> Capabilities {
        let prompts = !self.prompts.is_empty();
        let resources = self.has_resources();
        Capabilities { resources, prompts, completions: prompts, ..Capabilities::TOOLS }
    }

    fn resources(&self, caller: &Caller) -> Vec<Resource> {
        self.guides_listed(caller)
    }

    fn resource_templates(&self, caller: &Caller) -> Vec<Resource> {
        self.templates_listed(caller)
    }

    async fn read(
        &self,
        caller: &Caller,
        context: &Context,
        uri: &str,
    ) -> Result<Outcome<Vec<ResourceContents>>, mcp::Error> {
        self.contents(caller, context, uri).await.map(Outcome::Complete)
    }

    fn prompts(&self, caller: &Caller) -> Vec<Prompt> {
        self.prompts.list(|tool| self.offered(caller, tool).is_some())
    }

    async fn prompt(
        &self,
        caller: &Caller,
        context: &Context,
        request: PromptRequest,
    ) -> Result<Outcome<PromptResult>, mcp::Error> {
        self.fill_in(caller, context, &request).await.map(Outcome::Complete)
    }

    async fn complete(
        &self,
        caller: &Caller,
        context: &Context,
        request: CompletionRequest,
    ) -> Result<Vec<String>, mcp::Error> {
        self.completions(caller, context, &request).await
    }
}

/// Who this server is. Its pictures stand beside the connect page; without one there are none.
fn implementation(urls: Option<&PublicUrls>) -> Implementation {
    let icons = |urls: &PublicUrls| {
        vec![
            Icon { url: urls.logo_svg(), mime_type: "image/svg+xml", sizes: "any" },
            Icon { url: urls.logo_png(), mime_type: "image/png", sizes: "512x512" },
        ]
    };
    Implementation {
        name: "wiv-mcp".into(),
        title: "WIV".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        website_url: urls.map(|urls| urls.connect().to_owned()).unwrap_or_default().into(),
        icons: urls.map(icons).unwrap_or_default(),
    }
}
