//! What an attacker tries, a test per point, named as a sentence.

mod client_documents;
mod drill;
mod leavers;
mod one_name;
mod quota;
mod redirects;
mod registration;
mod replay;
mod scope;
mod sign_out;
mod words;
