//! What an attacker tries, a test per point, named as a sentence.

mod answers;
mod client_documents;
mod connections;
mod drill;
mod fairness;
mod framing;
mod guessing;
mod ids;
mod invisible;
mod leavers;
mod logs;
mod machine;
mod memory;
mod model;
mod one_name;
mod purposes;
mod quota;
mod redirects;
mod registration;
mod replay;
mod scope;
mod settings;
mod sign_out;
mod streams;
mod updates;
mod words;
