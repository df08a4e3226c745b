//! Which renditions anybody may ask for: those that were declared, and those whose address we signed.
//!
//! Without this, a stranger could have a picture made in every size there is. Models, themes, rich text and
//! `config.toml` declare specs; any other address carries a signature over the rendition's name, which stands for
//! one image, one spec and one focal point.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

use crate::error::Error;
use crate::error::Result;
use crate::schema::Schema;

use super::image::Image;
use super::image::Rendition;
use super::name::Original;
use super::spec::Spec;

/// What rich text shows images in, and what the admin shows them in.
const OWN: [&str; 5] = ["width-800", "width-500", "max-165x165", "max-800x600", "width-1200|format-webp"];
/// Filter specs that strangers may have signed for, besides those declared: enough for every `srcset` of a site, and few
/// enough that nobody has an image made in every size there is.
const MOST_SIGNED: usize = 64;
/// Keeps signatures of renditions apart from whatever else the key signs.
const PURPOSE: &[u8] = b"rendition\0";

/// Knows what is declared, and signs what is not.
#[derive(Clone)]
pub struct Addresses {
    declared: HashSet<String>,
    /// What strangers had signed for since the program started.
    signed: Arc<Mutex<HashSet<String>>>,
    /// Filled with zeros to the block of the hash, as HMAC does with a shorter key.
    key: [u8; 64],
}

impl Addresses {
    /// With the specs of the models, of `config.toml` and of themes; one that makes no sense is told by name.
    pub fn new(key: [u8; 32], schema: &Schema, extra: &[String], themes: &[String]) -> Result<Self> {
        let mut declared = HashSet::new();
        for (place, text) in schema.rendition_specs() {
            let told = |error| {
                Error::Setup(format!("{}:{}: the filter spec “{text}”: {error}", place.file, place.line))
            };
            declared.insert(Spec::parse(&text).map_err(told)?.to_string());
        }
        for text in OWN.into_iter().chain(extra.iter().chain(themes).map(String::as_str)) {
            let told = |error| Error::Setup(format!("the filter spec “{text}”: {error}"));
            declared.insert(Spec::parse(text).map_err(told)?.to_string());
        }
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Ok(Self { declared, signed: Arc::default(), key: block })
    }

    /// A rendition with an address that will be answered: signed, if its spec is not declared.
    pub fn rendition(&self, image: &Image, spec: &Spec) -> Result<Rendition> {
        let mut rendition = image.rendition(spec)?;
        rendition.url = self.path(&image.original()?, spec);
        Ok(rendition)
    }

    /// The path of a rendition that will be answered.
    pub fn path(&self, original: &Original, spec: &Spec) -> String {
        let path = original.rendition_path(spec);
        match self.declared.contains(&spec.to_string()) {
            true => path,
            false => format!("{path}?s={}", self.signature(&original.rendition_name(spec))),
        }
    }

    /// Whether a stranger may have renditions by this spec signed for. Each spec counts once, for all images.
    pub fn may_sign(&self, spec: &Spec) -> bool {
        let text = spec.to_string();
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = self.declared.contains(&text) || signed.contains(&text);
        is_known || (signed.len() < MOST_SIGNED && signed.insert(text))
    }

    /// Whether a rendition of this name may be made for whoever asks with this `?s=`.
    pub fn allow(&self, name: &str, spec: &Spec, signature: Option<&str>) -> bool {
        self.declared.contains(&spec.to_string())
            || signature.is_some_and(|signature| self.is_signed(name, signature))
    }

    /// The signature of a rendition's name.
    pub fn signature(&self, name: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(name).finalize().into_bytes())
    }

    fn is_signed(&self, name: &str, signature: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| self.mac(name).verify_slice(&signature).is_ok())
    }

    fn mac(&self, name: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&self.key).into());
        mac.update(PURPOSE);
        mac.update(name.as_bytes());
        mac
    }
}

/// The key is nobody's to see.
impl std::fmt::Debug for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Addresses").field("declared", &self.declared).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_declared_or_signed_is_allowed() {
        let addresses = Addresses::new([7; 32], &Schema::default(), &["fill-0100x50".into()], &[]).unwrap();
        let allowed = |name: &str, spec: &str, signature: Option<&str>| {
            addresses.allow(name, &Spec::parse(spec).unwrap(), signature)
        };
        assert!(allowed("x.width-500.jpg", "width-500", None));
        assert!(allowed("x.2e16d0ba.fill-100x50.jpg", "fill-100x50", None));
        let name = "x.width-501.jpg";
        let signature = addresses.signature(name);
        assert!(allowed(name, "width-501", Some(&signature)));
        for wrong in ["", "AAAA", &signature[1..], &signature.to_lowercase(), &format!("{signature}A")] {
            assert!(!allowed(name, "width-501", Some(wrong)), "{wrong}");
        }
        assert!(!allowed(name, "width-501", None));
        assert!(!allowed("x.width-502.jpg", "width-502", Some(&signature)));
        assert!(!allowed("y.width-501.jpg", "width-501", Some(&signature)));
    }

    #[test]
    fn strangers_have_a_bounded_number_of_specs_signed_for() {
        let addresses = Addresses::new([7; 32], &Schema::default(), &["width-7".into()], &[]).unwrap();
        let may_sign = |spec: String| addresses.may_sign(&Spec::parse(&spec).unwrap());
        let first: Vec<u32> = (1001..).take(MOST_SIGNED).collect();
        assert!(first.iter().all(|width| may_sign(format!("width-{width}"))));
        assert!(!may_sign("width-2000".into()));
        assert!(may_sign("width-1001".into()) && may_sign("width-7".into()));
    }

    #[test]
    fn a_spec_that_makes_no_sense_is_told_by_name() {
        let told =
            Addresses::new([7; 32], &Schema::default(), &["width-x".into()], &[]).unwrap_err().to_string();
        assert!(told.contains("width-x"), "{told}");
    }
}
