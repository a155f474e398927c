//! Character references (`&amp;`, `&#xD;`) in texts.

use super::Error;

/// The character that `&name;` stands for. EWS writes references to characters that XML forbids
/// (such as `&#x1;` in a subject); those become U+FFFD instead of spoiling the page they are on.
pub(crate) fn resolve(name: &str) -> Result<char, Error> {
    if let Some(number) = name.strip_prefix('#') {
        let parsed = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let code = parsed.map_err(|_| Error::malformed("a character reference is no number"))?;
        return Ok(char::from_u32(code)
            .filter(|c| *c != '\0')
            .unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Error::malformed("it uses an entity, which EWS never does")),
    }
}

/// `raw` with its references replaced.
pub(crate) fn unescape(raw: &str) -> Result<String, Error> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        let end = rest[at..]
            .find(';')
            .ok_or_else(|| Error::malformed("a reference in an attribute is not closed"))?;
        text.push(resolve(&rest[at + 1..at + end])?);
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    Ok(text)
}
