//! Hostile, broken and odd answers.

use std::fmt::Write as _;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::limits;

const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";

/// A document that arrives `step` bytes at a time.
fn document(text: impl Into<Vec<u8>>, step: usize) -> Document {
    let text = Bytes::from(text.into());
    let chunks =
        (0..text.len()).step_by(step).map(move |at| Ok(text.slice(at..text.len().min(at + step))));
    Document::new(Box::pin(futures::stream::iter(chunks)))
}

/// The whole document as one tree.
async fn tree(text: &str, step: usize) -> Result<Element, Error> {
    let mut document = document(text, step);
    let root = document.child().await?.ok_or_else(|| Error::malformed("empty"))?;
    let root = document.tree(root).await?;
    document.finish().await?;
    Ok(root)
}

#[tokio::test]
async fn names_are_matched_by_namespace_not_by_prefix() {
    for text in [
        format!("<a:Folder xmlns:a='{TYPES}'><a:DisplayName>x</a:DisplayName></a:Folder>"),
        format!("<Folder xmlns='{TYPES}'><DisplayName>x</DisplayName></Folder>"),
        format!(
            "<t:Folder xmlns:t='{TYPES}'><z:DisplayName xmlns:z='{TYPES}'>x</z:DisplayName></t:Folder>"
        ),
    ] {
        let root = tree(&text, 7).await.expect("well-formed");
        assert!(root.start.is(Ns::Types, "Folder"));
        assert_eq!(root.child_text("DisplayName"), Some("x"));
    }
    let foreign = "<t:Folder xmlns:t='urn:other'><t:DisplayName>x</t:DisplayName></t:Folder>";
    assert_eq!(tree(foreign, 7).await.expect("well-formed").child_text("DisplayName"), None);
}

#[tokio::test]
async fn references_are_replaced_and_forbidden_characters_survive_as_replacements() {
    let root = tree("<a b='&lt;&#65;&quot;'>1&amp;2&#x1;&#0;&#xD800;<![CDATA[<&>]]></a>", 3)
        .await
        .expect("read");
    assert_eq!(root.attribute("b"), Some("<A\""));
    assert_eq!(root.text, "1&2\u{1}\u{FFFD}\u{FFFD}<&>");
}

#[tokio::test]
async fn document_types_and_entities_are_refused() {
    for text in [
        "<!DOCTYPE a [<!ENTITY x 'boom'>]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<a>&x;</a>",
        "<a b='&x;'/>",
    ] {
        assert!(matches!(tree(text, 16).await, Err(Error::Malformed(_))), "{text}");
    }
}

#[tokio::test]
async fn depth_attributes_texts_and_trees_are_bounded() {
    let deep = "<a>".repeat(limits::DEPTH + 1);
    assert!(matches!(tree(&deep, 100).await, Err(Error::TooLarge(_))));

    let mut wide = String::from("<a");
    for number in 0..=limits::ATTRIBUTES {
        write!(wide, " a{number}=''").expect("to memory");
    }
    wide.push_str("/>");
    assert!(matches!(tree(&wide, 100).await, Err(Error::TooLarge(_))));

    for endless in [
        format!("<a>{}", "x".repeat(limits::TEXT_BYTES * 2)),
        format!("<a b='{}", "x".repeat(limits::TEXT_BYTES * 2)),
        format!("<!--{}", "x".repeat(limits::TEXT_BYTES * 2)),
    ] {
        assert!(matches!(tree(&endless, 8192).await, Err(Error::TooLarge(_))));
    }

    let many = format!("<a>{}</a>", "<b/>".repeat(limits::TREE_BYTES / 100));
    assert!(matches!(tree(&many, 8192).await, Err(Error::TooLarge(_))));
    let pieces = format!("<a>{}</a>", "xx&amp;".repeat(limits::TEXT_BYTES));
    assert!(matches!(tree(&pieces, 8192).await, Err(Error::TooLarge(_))));
}

#[tokio::test]
async fn a_text_may_be_as_long_as_its_limit() {
    let text = "x".repeat(5000);
    for (limit, fits) in [(5000, true), (4999, false)] {
        let mut document = document(format!("<a>{text}</a>"), 100);
        document.child().await.expect("a root");
        assert_eq!(document.text(limit).await.is_ok(), fits);
    }
}

#[tokio::test]
async fn a_cut_is_told_from_nonsense() {
    for text in ["", "<a", "<a>", "<a>x", "<a><b></b>", "<a b='"] {
        let verdict = tree(text, 4).await;
        assert!(matches!(verdict, Err(Error::Cut(_)) | Err(Error::Malformed(_))), "{text}");
    }
    assert!(matches!(tree("<a><b></b>", 4).await, Err(Error::Cut(_))));
    assert!(matches!(tree("<a></b>", 4).await, Err(Error::Malformed(_))));
    assert!(matches!(tree("<z:a/>", 4).await, Err(Error::Malformed(_))));
}

#[tokio::test]
async fn the_mark_of_truncation_is_noticed_outside_data_too() {
    for text in ["<a><b/>=== Truncated Data ===", "<a/>\n=== Truncated Data ==="] {
        assert_eq!(tree(text, 9).await, Err(Error::Truncated), "{text}");
    }
}

/// The pieces of `<a>`'s text, joined, and what follows it.
async fn pieces(text: &str, step: usize) -> Result<(Vec<u8>, usize), Error> {
    let mut document = document(text, step);
    document.child().await?;
    document.child().await?;
    let (mut all, mut largest) = (Vec::new(), 0);
    while let Some(piece) = document.piece().await? {
        largest = largest.max(piece.len());
        all.extend_from_slice(&piece);
    }
    let next = document.child().await?;
    assert_eq!(next.expect("what follows is not lost").name, "after");
    document.finish().await?;
    Ok((all, largest))
}

#[tokio::test]
async fn data_is_given_in_pieces_and_never_whole() {
    let data = "AQID".repeat(100_000);
    let text = format!("<r><a>{data}</a><after/></r>");
    let (all, largest) = pieces(&text, 1 << 20).await.expect("read");
    assert_eq!(all, data.as_bytes());
    assert!(largest <= limits::STREAM_CHUNK, "{largest}");
}

#[tokio::test]
async fn data_may_be_empty_split_or_hold_references() {
    for (text, data) in [
        ("<r><a/><after/></r>", ""),
        ("<r><a></a><after/></r>", ""),
        ("<r><a>AQ<!-- -->ID</a><after/></r>", "AQID"),
        ("<r><a>AQ&#xD;&#10;ID</a><after/></r>", "AQ\r\nID"),
        ("<r><a><![CDATA[AQID]]></a><after/></r>", "AQID"),
    ] {
        for step in [1, 3, 100] {
            let (all, _) = pieces(text, step).await.expect(text);
            assert_eq!(String::from_utf8(all).expect("ASCII"), data, "{text} by {step}");
        }
    }
    assert!(matches!(pieces("<r><a>AQ<b/></a>", 9).await, Err(Error::Malformed(_))));
    assert!(matches!(pieces("<r><a>AQ", 9).await, Err(Error::Cut(_))));
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "[<>/a&;=' !\\[\\]?-]{0,60}", step in 1_usize..20) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let _ = runtime.block_on(tree(&text, step));
        runtime.block_on(async {
            let mut document = document(text, step);
            if document.child().await.is_ok_and(|root| root.is_some()) {
                while matches!(document.piece().await, Ok(Some(_))) {}
            }
        });
    }

    #[test]
    fn any_bytes_never_panic(bytes: Vec<u8>, step in 1_usize..20) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let _ = runtime.block_on(async {
            let mut document = document(bytes, step);
            let root = document.child().await?;
            if root.is_some() { document.skip().await?; }
            document.finish().await
        });
    }
}
