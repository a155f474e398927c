//! Walking a request along the tables.

use crate::soap::fault::Fault;
use crate::soap::names::Space;
use crate::soap::node::Node;

use super::kind::{Content, Element, Kind, Particle, Simple};
use super::{shared, uris};

/// Checks an element against its kind.
///
/// # Errors
/// The fault of the first violation, in document order.
pub(crate) fn check(node: &Node, kind: &Kind) -> Result<(), Fault> {
    if matches!(kind.content, Content::Anything) {
        return Ok(());
    }
    attributes(node, kind)?;
    match &kind.content {
        Content::Anything => Ok(()),
        Content::Empty => {
            no_text(node)?;
            node.children.first().map_or(Ok(()), |child| Err(unexpected(node, child, &[])))
        }
        Content::Diverted if node.diverted.is_some() => Ok(()),
        Content::Diverted => Err(Fault::schema(node.place, "The 'Data' element is misplaced.")),
        Content::Text(value) => {
            if let Some(child) = node.children.first() {
                return Err(unexpected(node, child, &[]));
            }
            holds(value, &node.text).map_err(|reason| {
                Fault::schema(
                    node.place,
                    format!("The '{}' element is invalid - {reason}", qualified(node)),
                )
            })
        }
        Content::Sequence(particles) => {
            no_text(node)?;
            sequence(node, particles)
        }
        Content::Fields(lists) => {
            no_text(node)?;
            fields(node, lists)
        }
    }
}

fn attributes(node: &Node, kind: &Kind) -> Result<(), Fault> {
    for (name, value) in &node.attributes {
        let Some(known) = kind.attributes.iter().find(|attribute| attribute.name == name) else {
            return Err(Fault::schema(
                node.place,
                format!("The '{name}' attribute is not declared."),
            ));
        };
        holds(&known.value, value).map_err(|reason| {
            Fault::schema(node.place, format!("The '{name}' attribute is invalid - {reason}"))
        })?;
    }
    let missing = kind
        .attributes
        .iter()
        .find(|attribute| attribute.required && node.attribute(attribute.name).is_none());
    match missing {
        Some(attribute) => Err(Fault::schema(
            node.place,
            format!("The required attribute '{}' is missing.", attribute.name),
        )),
        None => Ok(()),
    }
}

fn sequence(node: &Node, particles: &[Particle]) -> Result<(), Fault> {
    let mut at = 0;
    let mut count = 0;
    for child in &node.children {
        let kind = loop {
            let Some(particle) = particles.get(at) else {
                return Err(unexpected(node, child, &[]));
            };
            let matching = particle
                .of
                .iter()
                .find(|element| element.space == child.space && element.name == child.name);
            match matching {
                Some(element) if count < particle.most => {
                    count += 1;
                    break element.kind;
                }
                _ if count >= particle.least => {
                    at += 1;
                    count = 0;
                }
                _ => return Err(unexpected(node, child, particle.of)),
            }
        };
        check(child, kind)?;
    }
    let rest = particles.iter().enumerate().skip(at);
    for (index, particle) in rest {
        let have = if index == at { count } else { 0 };
        if have < particle.least {
            return Err(Fault::schema(
                node.place,
                format!(
                    "The element {} has incomplete content. List of possible elements expected: {}.",
                    full(node),
                    expected(particle.of)
                ),
            ));
        }
    }
    Ok(())
}

fn fields(node: &Node, lists: &[&[&str]]) -> Result<(), Fault> {
    let mut names = lists.iter().flat_map(|list| list.iter());
    let mut last = "";
    for child in &node.children {
        let repeated = child.name == last && last == "ExtendedProperty";
        let known = child.space == Space::Types && (repeated || names.any(|&n| n == child.name));
        if !known {
            return Err(unexpected(node, child, &[]));
        }
        if child.name == "ExtendedProperty" {
            check(child, &super::fields::EXTENDED_PROPERTY)?;
        }
        last = &child.name;
    }
    Ok(())
}

fn no_text(node: &Node) -> Result<(), Fault> {
    if node.text.trim().is_empty() {
        return Ok(());
    }
    Err(Fault::schema(node.place, format!("The element {} cannot contain text.", full(node))))
}

fn unexpected(parent: &Node, child: &Node, wanted: &[Element]) -> Fault {
    let list = if wanted.is_empty() {
        String::new()
    } else {
        format!(" List of possible elements expected: {}.", expected(wanted))
    };
    Fault::schema(
        child.place,
        format!("The element {} has invalid child element {}.{list}", full(parent), full(child)),
    )
}

fn expected(elements: &[Element]) -> String {
    let names: Vec<_> = elements
        .iter()
        .map(|element| format!("'{}' in namespace '{}'", element.name, element.space.uri()))
        .collect();
    names.join(", ")
}

fn full(node: &Node) -> String {
    format!("'{}' in namespace '{}'", node.name, node.space.uri())
}

fn qualified(node: &Node) -> String {
    format!("{}:{}", node.space.uri(), node.name)
}

fn holds(value: &Simple, text: &str) -> Result<(), String> {
    let trimmed = text.trim();
    let (good, kind) = match value {
        Simple::Text => (true, "string"),
        Simple::NotEmpty => (!text.is_empty(), "NonEmptyStringType"),
        Simple::Boolean => (matches!(trimmed, "true" | "false" | "1" | "0"), "boolean"),
        Simple::Number(least, most) => {
            (trimmed.parse::<i64>().is_ok_and(|n| (least..=most).contains(&&n)), "int")
        }
        Simple::Guid => (uuid::Uuid::try_parse(text).is_ok() && text.len() == 36, "GuidType"),
        Simple::PropertyTag => (property_id(text).is_some(), "PropertyTagType"),
        Simple::FieldUri => (uris::is_known(text), "UnindexedFieldURIType"),
        Simple::Distinguished => {
            (shared::is_distinguished_known(text), "DistinguishedFolderIdNameType")
        }
        Simple::One(kind, values) => (values.contains(&text), *kind),
    };
    if good {
        return Ok(());
    }
    Err(format!("The value '{text}' is invalid according to its datatype '{kind}'."))
}

/// A property id as `PropertyTag` writes it.
pub(crate) fn property_id(text: &str) -> Option<u16> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if (1..=4).contains(&digits.len()) => u16::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}
