//! What the folder map does with trees as they come.

use std::collections::{HashMap, HashSet};

use longhaul_core::{Bytes, FolderKey};
use proptest::prelude::*;

use super::*;

/// A folder `id` below `parent`, called `name`.
fn folder(id: &str, parent: &str, name: &str) -> Node {
    Node {
        id: id.to_owned(),
        parent_id: parent.to_owned(),
        name: name.to_owned(),
        class: "IPF.Note".to_owned(),
        role: None,
        search: false,
        items: 0,
        associated: 0,
        bytes: Bytes(0),
        fingerprint: None,
    }
}

fn role(role: &str, node: Node) -> Node {
    Node { role: Some(role.to_owned()), ..node }
}

fn class(class: &str, node: Node) -> Node {
    Node { class: class.to_owned(), ..node }
}

fn tree(root: &str, folders: Vec<Node>) -> Tree {
    Tree::build(role("msgfolderroot", folder(root, "", "Top")), folders)
}

fn decide(source: Vec<Node>, destination: Vec<Node>) -> HashMap<String, String> {
    decide_again(source, destination, &[])
}

/// Where each source folder goes: `=id` for one that stands, `parent > name` for a new one.
fn decide_again(
    source: Vec<Node>,
    destination: Vec<Node>,
    known: &[(&str, &str)],
) -> HashMap<String, String> {
    let (source, destination) = (tree("S", source), tree("D", destination));
    let known = known.iter().map(|(s, d)| (FolderKey::of(s), (*d).to_owned())).collect();
    let plan = plan(&source, &destination, &known);
    let mut goes = HashMap::new();
    for step in &plan.steps {
        let text = match &step.target {
            Target::Stands(id) => format!("={id}"),
            Target::Create { parent: Parent::Stands(id), name, .. } => format!("{id} > {name}"),
            Target::Create { parent: Parent::Step(at), name, .. } => {
                format!("new {} > {name}", source.nodes()[plan.steps[*at].source].id)
            }
        };
        goes.insert(source.nodes()[step.source].id.clone(), text);
    }
    goes.remove("S");
    for skipped in &plan.skipped {
        goes.insert(source.nodes()[skipped.source].id.clone(), "left out".to_owned());
    }
    goes
}

#[track_caller]
fn assert_goes(goes: &HashMap<String, String>, expected: &[(&str, &str)]) {
    for (id, place) in expected {
        assert_eq!(goes.get(*id).map(String::as_str), Some(*place), "folder {id} in {goes:?}");
    }
    assert_eq!(goes.len(), expected.len(), "{goes:?}");
}

#[test]
fn well_known_folders_are_matched_by_role_in_any_language() {
    let goes = decide(
        vec![
            role("inbox", folder("a", "S", "Posteingang")),
            folder("b", "a", "Projekte"),
            role("sentitems", folder("c", "S", "Gesendete Elemente")),
        ],
        vec![
            role("inbox", folder("x", "D", "Boîte de réception")),
            role("sentitems", folder("y", "D", "Éléments envoyés")),
        ],
    );
    assert_goes(&goes, &[("a", "=x"), ("b", "x > Projekte"), ("c", "=y")]);
}

#[test]
fn a_users_folder_called_inbox_does_not_end_in_the_inbox() {
    let goes = decide(
        vec![role("inbox", folder("a", "S", "Posteingang")), folder("b", "S", "Inbox")],
        vec![role("inbox", folder("x", "D", "Inbox"))],
    );
    assert_goes(&goes, &[("a", "=x"), ("b", "D > Inbox (2)")]);
}

#[test]
fn a_well_known_folder_without_counterpart_is_matched_by_name_or_created() {
    let goes = decide(
        vec![
            role("conversationhistory", folder("a", "S", "Conversation History")),
            role("voicemail", folder("b", "S", "Voice Mail")),
        ],
        vec![folder("x", "D", "conversation history")],
    );
    assert_goes(&goes, &[("a", "=x"), ("b", "D > Voice Mail")]);
}

#[test]
fn names_match_whatever_their_case_below_the_same_parent_only() {
    let goes = decide(
        vec![folder("a", "S", "Projects"), folder("b", "a", "2024"), folder("c", "S", "2024")],
        vec![folder("x", "D", "PROJECTS"), folder("y", "x", "2024")],
    );
    assert_goes(&goes, &[("a", "=x"), ("b", "=y"), ("c", "D > 2024")]);
}

#[test]
fn twins_that_differ_in_case_are_never_merged() {
    let twins = || vec![folder("a", "S", "Clients"), folder("b", "S", "clients")];
    let goes = decide(twins(), vec![]);
    assert_goes(&goes, &[("a", "D > Clients"), ("b", "D > clients (2)")]);
    // The one that has its very name there keeps it.
    let goes = decide(twins(), vec![folder("x", "D", "clients")]);
    assert_goes(&goes, &[("a", "D > Clients (2)"), ("b", "=x")]);
}

#[test]
fn a_number_does_not_take_the_name_of_a_folder_that_has_it() {
    let goes = decide(
        vec![folder("a", "S", "X"), folder("b", "S", "x"), folder("c", "S", "x (2)")],
        vec![],
    );
    assert_goes(&goes, &[("a", "D > X"), ("b", "D > x (3)"), ("c", "D > x (2)")]);
}

#[test]
fn a_name_that_is_there_under_another_class_gets_a_number() {
    let goes = decide(
        vec![class("IPF.Appointment", folder("a", "S", "Team"))],
        vec![class("IPF.Note", folder("x", "D", "Team"))],
    );
    assert_goes(&goes, &[("a", "D > Team (2)")]);
}

#[test]
fn search_folders_and_service_data_are_left_out_with_what_is_below_them() {
    let goes = decide(
        vec![
            Node { search: true, ..folder("a", "S", "Unread") },
            class("IPF.SkypeTeams.Message", folder("b", "S", "TeamsMessagesData")),
            folder("c", "b", "Below"),
            folder("d", "S", "Kept"),
        ],
        vec![],
    );
    assert_goes(
        &goes,
        &[("a", "left out"), ("b", "left out"), ("c", "left out"), ("d", "D > Kept")],
    );
}

#[test]
fn a_counterpart_is_kept_when_its_user_renamed_and_moved_it() {
    let goes = decide_again(
        vec![folder("a", "S", "Projects"), folder("b", "a", "Old")],
        vec![
            folder("y", "D", "Elsewhere"),
            folder("x", "y", "Renamed"),
            folder("z", "D", "Projects"),
        ],
        &[("a", "x")],
    );
    assert_goes(&goes, &[("a", "=x"), ("b", "x > Old")]);
}

#[test]
fn a_counterpart_that_is_gone_is_created_anew() {
    let goes = decide_again(vec![folder("a", "S", "Projects")], vec![], &[("a", "gone")]);
    assert_goes(&goes, &[("a", "D > Projects")]);
}

#[test]
fn folders_without_a_name_are_kept_apart() {
    let goes = decide(
        vec![folder("a", "S", ""), folder("b", "S", "  "), folder("c", "a", "Child")],
        vec![],
    );
    assert_goes(
        &goes,
        &[("a", "D > Unnamed folder"), ("b", "D > Unnamed folder (2)"), ("c", "new a > Child")],
    );
}

#[test]
fn folders_that_no_path_leads_to_stand_below_the_root() {
    let folders = vec![
        folder("a", "gone", "Orphan"),
        folder("b", "a", "Child"),
        folder("c", "d", "Circle"),
        folder("d", "c", "Circle too"),
    ];
    let tree = tree("S", folders.clone());
    assert_eq!(tree.orphans, 2);
    assert_eq!(tree.nodes().len(), 5);
    assert_goes(
        &decide(folders, vec![]),
        &[
            ("a", "D > Orphan"),
            ("b", "new a > Child"),
            ("c", "D > Circle"),
            ("d", "new c > Circle too"),
        ],
    );
}

/// Carries a plan out on a destination: the tree it leaves and the counterpart of each folder.
fn carry_out(
    source: &Tree,
    destination: &[Node],
    known: &HashMap<FolderKey, String>,
    steps: usize,
) -> (Vec<Node>, HashMap<FolderKey, String>) {
    let mut nodes = destination.to_vec();
    let plan = plan(source, &tree("D", nodes.clone()), known);
    let mut ids: Vec<String> = Vec::new();
    let mut map = HashMap::new();
    for step in plan.steps.iter().take(steps) {
        let id = match &step.target {
            Target::Stands(id) => id.clone(),
            Target::Create { parent, name, class: of } => {
                let parent: String = match parent {
                    Parent::Stands(id) => id.clone(),
                    Parent::Step(at) => ids[*at].clone(),
                };
                let id = format!("n{}", nodes.len());
                assert!(
                    !nodes.iter().any(|node| {
                        node.parent_id == parent && names::key(&node.name) == names::key(name)
                    }),
                    "{name:?} stands twice"
                );
                nodes.push(class(of, folder(&id, &parent, name)));
                id
            }
        };
        map.insert(source.nodes()[step.source].key(), id.clone());
        ids.push(id);
    }
    (nodes, map)
}

fn any_tree(root: &'static str) -> impl Strategy<Value = Vec<Node>> {
    let names = prop::sample::select(vec!["a", "A", "b", "b (2)", "", " ", "Inbox", "ä", "Ä"]);
    let classes = prop::sample::select(vec!["IPF.Note", "IPF.Contact", ""]);
    prop::collection::vec((names, classes, any::<prop::sample::Index>()), 0..14).prop_map(
        move |rows| {
            let mut folders: Vec<Node> = Vec::new();
            for (number, (name, of, parent)) in rows.into_iter().enumerate() {
                let at = parent.index(number + 1);
                let parent = if at == 0 { root.to_owned() } else { folders[at - 1].id.clone() };
                let node = class(of, folder(&format!("{root}{number}"), &parent, name));
                folders.push(node);
            }
            folders
        },
    )
}

/// A tree as a service keeps it: no two names of one key below one parent.
fn any_destination() -> impl Strategy<Value = Vec<Node>> {
    any_tree("D").prop_map(|folders| {
        let mut taken = HashSet::new();
        let mut kept: Vec<Node> = Vec::new();
        for node in folders {
            let parent_kept = node.parent_id == "D" || kept.iter().any(|n| n.id == node.parent_id);
            if parent_kept && taken.insert((node.parent_id.clone(), names::key(&node.name))) {
                kept.push(node);
            }
        }
        kept
    })
}

proptest! {
    #[test]
    fn every_folder_gets_a_counterpart_of_its_own(
        source in any_tree("S"),
        destination in any_destination(),
    ) {
        let source = tree("S", source);
        let (_, map) = carry_out(&source, &destination, &HashMap::new(), usize::MAX);
        prop_assert_eq!(map.len(), source.nodes().len());
        let distinct: HashSet<_> = map.values().collect();
        prop_assert_eq!(distinct.len(), map.len(), "two source folders share one");
    }

    #[test]
    fn cut_off_anywhere_and_begun_again_it_creates_nothing_twice(
        source in any_tree("S"),
        destination in any_destination(),
        steps in 0_usize..16,
        noted in 0_usize..16,
    ) {
        let source = tree("S", source);
        let (whole, _) = carry_out(&source, &destination, &HashMap::new(), usize::MAX);
        let (half, map) = carry_out(&source, &destination, &HashMap::new(), steps);
        // Only some of what was done was written down before the end came.
        let mut noted_map: Vec<_> = map.into_iter().collect();
        noted_map.sort();
        noted_map.truncate(noted);
        let known: HashMap<_, _> = noted_map.into_iter().collect();
        let (again, map) = carry_out(&source, &half, &known, usize::MAX);
        prop_assert_eq!(again.len(), whole.len());
        for (key, id) in known {
            prop_assert_eq!(&map[&key], &id);
        }
    }
}
