//! Invented words, and names, addresses and texts made of them.

use super::random::Random;

const WORDS: &[&str] = &[
    "abolin", "bretta", "curvo", "dalmex", "elquar", "fendol", "garith", "holune", "isperal",
    "jandor", "kelmar", "lumeth", "morivane", "nestel", "ondrak", "pavoline", "quiret", "rostel",
    "semvik", "tardune", "ulmere", "vastrin", "welgor", "xandel", "yorvik", "zephal", "brimlo",
    "calvest", "drovane", "estral",
];

/// Words that try what text can hold: accents, other scripts, beyond the basic plane, markup.
const ODD: &[&str] = &[
    "grünblau",
    "žluťoučký",
    "ελαφρύς",
    "синева",
    "山川",
    "ようこそ",
    "🛷",
    "𝒳𝒴",
    "👩‍🚀",
    "<b>&amp;",
    "\"zitiert\"",
    "it's",
    "مرحبا",
    "ﬁ",
    "e\u{301}",
];

const DOMAINS: &[&str] = &["north.example", "south.example", "mail.test"];

/// A word.
pub(super) fn word(random: &mut Random) -> &'static str {
    if random.once_in(12) { random.pick(ODD) } else { random.pick(WORDS) }
}

/// A word with a capital.
pub(super) fn capital(random: &mut Random) -> String {
    let word = random.pick(WORDS);
    word[..1].to_uppercase() + &word[1..]
}

/// So many words in a row.
pub(super) fn phrase(random: &mut Random, count: u64) -> String {
    let words: Vec<_> = (0..count).map(|_| word(random)).collect();
    words.join(" ")
}

/// A text of so many paragraphs, lines ended as mail has it.
pub(super) fn text(random: &mut Random, paragraphs: u64) -> String {
    let mut text = String::new();
    for _ in 0..paragraphs {
        let length = 8 + random.below(30);
        text.push_str(&phrase(random, length));
        text.push_str(".\r\n\r\n");
    }
    text
}

/// Text as HTML needs it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// An invented person or team.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) given: String,
    pub(super) family: String,
    pub(super) address: String,
}

impl Person {
    pub(super) fn any(random: &mut Random) -> Self {
        let (given, family) = (capital(random), capital(random));
        let domain = random.pick(DOMAINS);
        let address = format!("{}.{}@{domain}", given.to_lowercase(), family.to_lowercase());
        Self { given, family, address }
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}
