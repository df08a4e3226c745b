//! The choices that were asked for lately: a front end asks for the same few again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use super::choice::Choice;
use super::choice::View;
use super::face::Faces;
use super::fields::Fields;

/// How many are remembered: more than the kinds of questions of a front end; whoever asks for more, for no purpose, has
/// them put together again.
const MOST: usize = 64;
/// Bytes of the longest list that is remembered: what brackets ask for grows with it.
const LONGEST: usize = 256;

/// Choices by what was asked for.
#[derive(Debug, Default)]
pub struct Choices(RwLock<HashMap<String, Arc<Choice>>>);

impl Choices {
    /// What a list of fields, as it was written, shows in this view of a type; the error is the whole message.
    pub fn of(&self, faces: &Faces, (label, view): (&str, View), text: &str) -> Result<Arc<Choice>, String> {
        let asked = format!("{view:?} {label} {text}");
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&asked) {
            return Ok(known.clone());
        }
        let fields = Fields::parse(text).map_err(|why| format!("fields error: {why}"))?;
        let choice = Arc::new(Choice::new(faces, label, &fields, view)?);
        if text.len() <= LONGEST {
            let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == MOST {
                kept.clear();
            }
            kept.insert(asked, choice.clone());
        }
        Ok(choice)
    }
}
