//! Answers that can be put into a report: figures whole, the same for every reader.
//!
//! A sentence for each promise. What a far end may send besides stands in `reports`.

mod channels;
mod csv;
mod cursors;
mod doubtful_pages;
mod empty;
mod executions;
mod figures;
mod grouping;
mod guard;
mod names;
mod odd;
mod odd_reads;
mod order;
mod paged;
mod queries;
mod reading;
mod runs;
mod shown;
mod slipped;
mod slips;
mod unasked;
mod unclear;
