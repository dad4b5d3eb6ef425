//! What an attacker tries, a test per point, named as a sentence.

mod answers;
mod ids;
mod scope;
mod updates;
mod words;
