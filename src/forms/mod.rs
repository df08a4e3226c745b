//! Forms that readers fill in: the questions that a form page asks, and what was answered.
//!
//! A form page declares a `children` field whose rows are the questions. Reading order: `question` (a row as a
//! question), `submission` (what was sent).

mod question;
mod submission;

pub use question::{Question, QuestionKind, questions};
pub use submission::{Submission, answers, delete, restore, submit};
