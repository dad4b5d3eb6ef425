//! What sealed payloads are for, as one list.
//!
//! Not for sealing. Every purpose has a key of its own, which is derived from its label.

/// Makes the type, its list and its labels from one table, so that none can forget a purpose.
macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $label:literal;)*) => {
        /// What a sealed payload is for. One sealed for a purpose never opens for another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Purpose {
            $($(#[$doc])* $name,)*
        }

        impl Purpose {
            /// Every purpose.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Part of the key derivation: a changed label invalidates every token of its purpose.
            pub(super) const fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                }
            }
        }
    };
}

purposes! {
    /// Ids of open streams.
    Session = "session";
    /// What a Streamable HTTP client settled with `initialize`.
    Hint = "hint";
    /// Places in a list that is read page by page.
    Cursor = "cursor";
    /// What a client carries while it gathers input for a request.
    RequestState = "request-state";
    /// That somebody saw what a call will do.
    Confirmation = "confirmation";
    /// Ids of tasks: what a call began.
    Task = "task";
    /// Ids of OAuth clients that registered themselves.
    ClientId = "client id";
    /// A client's request, while its person reads what it asks for.
    Consent = "consent";
    /// A sign-in that a client began, while its person is at PropelAuth.
    ClientSignIn = "sign-in of a client";
    /// A sign-in that the connect page began, while its person is at PropelAuth.
    AccountSignIn = "sign-in of an account";
    /// An organization that a person is to choose for a client.
    OrganizationChoice = "organization choice";
    /// Who is signed in on the connect page, in the person's browser.
    Account = "account";
    /// A key that the connect page may make once.
    KeyOffer = "key offer";
    /// OAuth authorization codes.
    Code = "code";
    /// OAuth access tokens.
    AccessToken = "access token";
    /// OAuth refresh tokens.
    RefreshToken = "refresh token";
}
