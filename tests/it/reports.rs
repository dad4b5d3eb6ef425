//! What real clients, APIs and people were found to break, each with its neighbours.

mod sign_in;
