//! What an attacker tries, a test per point, named as a sentence.

mod framing;
mod logs;
mod model;
mod scope;
mod settings;
