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
    let (_, rest) = readme.split_once("## What it guarantees").context("guarantees")?;
    let (guarantees, _) = rest.split_once("\n## ").context("their end")?;
    let rows: Vec<_> = guarantees.lines().filter(|line| line.contains("` `")).collect();
    ensure!(!rows.is_empty(), "no guarantee is left");
    for row in rows {
        let name = row.split('`').nth(3).context("a test's name")?;
        let folders = ["worker", "coordinator", "protocol", "tests"];
        let mut found = false;
        for folder in folders {
            found |= has_function(&root.join(folder), name)?;
        }
        ensure!(found, "no test is called {name}");
    }
    Ok(())
}
