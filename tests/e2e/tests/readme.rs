//! The README promises only what a test proves.

use std::path::Path;

use anyhow::{Context as _, ensure};

/// Whether a Rust file below `folder` has a function of this name.
fn has_function(folder: &Path, name: &str) -> anyhow::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            has_function(&path, name)?
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            std::fs::read_to_string(&path)?.contains(&format!("fn {name}("))
        } else {
            false
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn every_guarantee_of_the_readme_names_a_test_that_exists() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md"))?;
    let mut rows = Vec::new();
    for title in ["## What it guarantees", "## A fleet"] {
        let (_, rest) = readme.split_once(title).context(title)?;
        let (section, _) = rest.split_once("\n## ").context("its end")?;
        let of_section =
            section.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
        let before = rows.len();
        rows.extend(of_section);
        ensure!(rows.len() > before, "no guarantee is left in {title}");
    }
    for row in rows {
        // The last name in a row is the test's.
        let name = row.rsplit('`').nth(1).context("a test's name")?;
        let folders = ["worker", "coordinator", "protocol", "tests"];
        let mut found = false;
        for folder in folders {
            found |= has_function(&root.join(folder), name)?;
        }
        ensure!(found, "no test is called {name}");
    }
    Ok(())
}
