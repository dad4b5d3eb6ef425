//! What an attacker tries, a test per point, named as a sentence.

mod client_documents;
mod connections;
mod drill;
mod fairness;
mod guessing;
mod logs;
mod memory;
mod quota;
mod replay;
mod scope;
mod settings;
mod streams;
