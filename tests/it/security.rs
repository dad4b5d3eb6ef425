//! What an attacker tries, a test per point, named as a sentence.

mod client_documents;
mod connections;
mod drill;
mod fairness;
mod guessing;
mod logs;
mod memory;
mod leavers;
mod one_name;
mod quota;
mod redirects;
mod registration;
mod replay;
mod scope;
mod settings;
mod streams;
mod sign_out;
mod words;
