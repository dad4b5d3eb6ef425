//! What an attacker tries, a test per point, named as a sentence.

mod connections;
mod drill;
mod fairness;
mod guessing;
mod logs;
mod memory;
mod client_documents;
mod drill;
mod quota;
mod replay;
mod scope;
mod streams;
