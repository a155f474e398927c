//! Items from real files.
//!
//! ```text
//! seed::eml(&[u8]) -> Result<Item, Unreadable>
//! seed::fill(&mut Mailbox, &Path) -> io::Result<Report>     folders below it become folders
//! Report { seeded: u64, unreadable: Vec<(PathBuf, Unreadable)> }
//! ```
