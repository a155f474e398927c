//! A mailbox's folders as a tree.

use std::collections::HashMap;

use longhaul_core::{Bytes, FolderKey};
use longhaul_store::folder::Fingerprint;

/// A folder of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its id.
    pub(crate) id: String,
    /// Id of the folder it stands in.
    pub(crate) parent_id: String,
    /// Its display name; may be empty.
    pub(crate) name: String,
    /// Its class; empty if it has none.
    pub(crate) class: String,
    /// Its well-known name, if it is a well-known folder.
    pub(crate) role: Option<String>,
    /// Whether it is a search folder.
    pub(crate) search: bool,
    /// Visible items in it.
    pub(crate) items: u64,
    /// Associated items in it.
    pub(crate) associated: u64,
    /// The size of its items.
    pub(crate) bytes: Bytes,
    /// What tells whether its content has changed, if the service says.
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Node {
    /// Its key.
    pub(crate) fn key(&self) -> FolderKey {
        FolderKey::of(&self.id)
    }
}

/// The folders of one side: the root first, parents before children, siblings in an order that
/// does not depend on the service's.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    parents: Vec<usize>,
    by_key: HashMap<FolderKey, usize>,
    /// Folders whose parent was not listed; they stand below the root.
    pub(crate) orphans: usize,
}

impl Tree {
    /// The tree of `folders` below `root`. A folder that is listed twice counts once; pages shift
    /// while folders come and go.
    pub(crate) fn build(root: Node, folders: Vec<Node>) -> Self {
        let mut by_key: HashMap<FolderKey, Node> = HashMap::new();
        let root_key = root.key();
        for folder in folders {
            if folder.key() != root_key {
                by_key.insert(folder.key(), folder);
            }
        }
        let mut children: HashMap<FolderKey, Vec<FolderKey>> = HashMap::new();
        for (key, folder) in &by_key {
            children.entry(FolderKey::of(&folder.parent_id)).or_default().push(*key);
        }
        for siblings in children.values_mut() {
            siblings.sort_by(|a, b| by_key[a].name.cmp(&by_key[b].name).then(a.cmp(b)));
        }
        let mut tree =
            Self { nodes: Vec::new(), parents: Vec::new(), by_key: HashMap::new(), orphans: 0 };
        tree.add(root, 0);
        tree.grow(&mut by_key, &children, 0);
        // What no path leads to, in an order of its own.
        let mut rest: Vec<FolderKey> = by_key.keys().copied().collect();
        rest.sort_by_key(|key| {
            let parent_listed = by_key.contains_key(&FolderKey::of(&by_key[key].parent_id));
            (parent_listed, by_key[key].name.clone(), *key)
        });
        for key in rest {
            if let Some(folder) = by_key.remove(&key) {
                tree.orphans += 1;
                let from = tree.nodes.len();
                tree.add(folder, 0);
                tree.grow(&mut by_key, &children, from);
            }
        }
        tree
    }

    fn add(&mut self, node: Node, parent: usize) {
        self.by_key.insert(node.key(), self.nodes.len());
        self.nodes.push(node);
        self.parents.push(parent);
    }

    /// Adds everything below the nodes from `at` on, level by level.
    fn grow(
        &mut self,
        left: &mut HashMap<FolderKey, Node>,
        children: &HashMap<FolderKey, Vec<FolderKey>>,
        mut at: usize,
    ) {
        while at < self.nodes.len() {
            for key in children.get(&self.nodes[at].key()).into_iter().flatten() {
                if let Some(child) = left.remove(key) {
                    self.add(child, at);
                }
            }
            at += 1;
        }
    }

    /// The folders; the root is the first.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The index of a folder's parent; the root is its own.
    pub(crate) fn parent(&self, index: usize) -> usize {
        self.parents[index]
    }

    /// The index of the folder with this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.by_key.get(&FolderKey::of(id)).copied()
    }

    /// Display names from below the root down to the folder.
    pub(crate) fn path(&self, index: usize) -> Vec<String> {
        let mut path = Vec::new();
        let mut at = index;
        while at != 0 {
            path.push(self.nodes[at].name.clone());
            at = self.parents[at];
        }
        path.reverse();
        path
    }
}
