//! Folder names: which are one name, and which can be created.

/// Characters a display name may have.
/// Source: Microsoft: "PidTagDisplayName" and the folder name limit of Exchange (255).
const LONGEST: usize = 255;

/// What a folder without a name is called.
const NAMELESS: &str = "Unnamed folder";

/// What the destination takes two names by: case and surrounding blanks do not count
/// (Microsoft: "CreateFolder operation": `ErrorFolderExists`).
pub(super) fn key(name: &str) -> String {
    usable(name).trim().to_lowercase()
}

/// The name itself, or what comes nearest to it and can be created: no character that XML cannot
/// carry, not empty, not too long.
pub(super) fn usable(name: &str) -> String {
    let clean: String =
        name.chars().take(LONGEST).map(|c| if carried(c) { c } else { '_' }).collect();
    if clean.trim().is_empty() { NAMELESS.to_owned() } else { clean }
}

/// The `count`-th name to try: the name itself, then `name (2)`, `name (3)`, …
pub(crate) fn numbered(name: &str, count: u32) -> String {
    let name = usable(name);
    if count < 2 {
        return name;
    }
    let suffix = format!(" ({count})");
    let head: String = name.chars().take(LONGEST - suffix.len()).collect();
    head + &suffix
}

/// Characters of XML 1.0, without the controls that clients show as nothing.
/// Source: W3C, "Extensible Markup Language 1.0", production 2.
fn carried(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_whatever_their_case_and_blanks() {
        assert_eq!(key("Projects"), key(" pROJECTS "));
        assert_eq!(key("ÄRGER"), key("ärger"));
        assert_ne!(key("Projects"), key("Projects (2)"));
    }

    #[test]
    fn a_name_that_cannot_be_created_gets_the_nearest_one_that_can() {
        assert_eq!(usable(""), NAMELESS);
        assert_eq!(usable("   "), NAMELESS);
        assert_eq!(usable("a\u{0}b\u{ffff}c"), "a_b_c");
        assert_eq!(usable("Q1/Q2 \\ <&> 🗂"), "Q1/Q2 \\ <&> 🗂");
    }

    #[test]
    fn a_number_fits_into_the_longest_name() {
        let long = "é".repeat(300);
        assert_eq!(usable(&long).chars().count(), LONGEST);
        let second = numbered(&long, 12);
        assert_eq!(second.chars().count(), LONGEST);
        assert!(second.ends_with(" (12)"));
    }
}
