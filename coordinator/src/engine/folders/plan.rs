//! The decision which destination folder each source folder is copied into.

use std::collections::{HashMap, HashSet};

use longhaul_core::FolderKey;

use super::{Tree, classes, names};

/// What is to be done for each folder, parents before children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The folders to copy.
    pub(crate) steps: Vec<Step>,
    /// The folders left out.
    pub(crate) skipped: Vec<Skipped>,
}

/// A source folder and its counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its index in the source tree.
    pub(crate) source: usize,
    /// Its counterpart.
    pub(crate) target: Target,
}

/// A counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A folder that exists, by its id.
    Stands(String),
    /// A folder to be created.
    Create {
        /// Where.
        parent: Parent,
        /// Under which name.
        name: String,
        /// Of which class; empty for none.
        class: String,
    },
}

/// The destination parent of a folder to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    /// A folder that exists, by its id.
    Stands(String),
    /// The counterpart of an earlier step, by its index.
    Step(usize),
}

/// A source folder that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// Its index in the source tree.
    pub(crate) source: usize,
    /// Why.
    pub(crate) reason: &'static str,
}

/// Decides for every folder of `source`; `known` are the counterparts of earlier passes.
pub(crate) fn plan(source: &Tree, destination: &Tree, known: &HashMap<FolderKey, String>) -> Plan {
    let mut planner = Planner::new(source, destination);
    planner.leave_out();
    planner.keep(known);
    planner.match_roles();
    for parent in 0..source.nodes().len() {
        planner.place_children(parent);
    }
    planner.finish()
}

/// Where a source folder goes.
#[derive(Clone, Debug)]
enum Place {
    /// Into this destination folder.
    Stands(usize),
    /// Into a new one of this name.
    New(String),
}

struct Planner<'a> {
    source: &'a Tree,
    destination: &'a Tree,
    /// Children of each folder.
    source_children: Vec<Vec<usize>>,
    /// Children of each destination folder, by the key of their name.
    destination_names: Vec<HashMap<String, usize>>,
    left_out: Vec<Option<&'static str>>,
    places: Vec<Option<Place>>,
    claimed: HashSet<usize>,
}

impl<'a> Planner<'a> {
    fn new(source: &'a Tree, destination: &'a Tree) -> Self {
        let count = source.nodes().len();
        let mut source_children = vec![Vec::new(); count];
        for child in 1..count {
            source_children[source.parent(child)].push(child);
        }
        let mut destination_names = vec![HashMap::new(); destination.nodes().len()];
        for child in 1..destination.nodes().len() {
            let key = names::key(&destination.nodes()[child].name);
            destination_names[destination.parent(child)].entry(key).or_insert(child);
        }
        Self {
            source,
            destination,
            source_children,
            destination_names,
            left_out: vec![None; count],
            places: vec![None; count],
            claimed: HashSet::new(),
        }
    }

    /// A folder is left out for its own reason or its parent's.
    fn leave_out(&mut self) {
        for index in 1..self.source.nodes().len() {
            let inherited = self.left_out[self.source.parent(index)];
            let own = classes::left_out(&self.source.nodes()[index]);
            self.left_out[index] = own.or(inherited);
        }
    }

    fn keep(&mut self, known: &HashMap<FolderKey, String>) {
        for index in 0..self.source.nodes().len() {
            let found = known
                .get(&self.source.nodes()[index].key())
                .and_then(|id| self.destination.find(id))
                .filter(|found| !self.destination.nodes()[*found].search);
            if let Some(found) = found {
                self.claim(index, found);
            }
        }
        self.claim(0, 0);
    }

    fn match_roles(&mut self) {
        let roles: HashMap<&str, usize> = (0..self.destination.nodes().len())
            .filter_map(|at| Some((self.destination.nodes()[at].role.as_deref()?, at)))
            .collect();
        for index in 0..self.source.nodes().len() {
            let role = self.source.nodes()[index].role.as_deref();
            if let Some(found) = role.and_then(|role| roles.get(role)) {
                self.claim(index, *found);
            }
        }
    }

    /// Maps `index` to `found`, unless either is taken or `index` is left out.
    fn claim(&mut self, index: usize, found: usize) -> bool {
        if self.left_out[index].is_some()
            || self.places[index].is_some()
            || !self.claimed.insert(found)
        {
            return false;
        }
        self.places[index] = Some(Place::Stands(found));
        true
    }

    /// Places what is still to be placed below `parent`: first whose very name is there, then
    /// whose name is there or free, at last, with numbers, whose name is taken.
    fn place_children(&mut self, parent: usize) {
        let Some(place) = self.places[parent].clone() else {
            return;
        };
        let stands = match place {
            Place::Stands(at) => Some(at),
            Place::New(_) => None,
        };
        let mut open: Vec<usize> = self.source_children[parent]
            .iter()
            .copied()
            .filter(|child| self.left_out[*child].is_none() && self.places[*child].is_none())
            .collect();
        let mut planned = HashSet::new();
        open.retain(|child| !self.place(*child, stands, 1, true, &mut planned));
        open.retain(|child| !self.place(*child, stands, 1, false, &mut planned));
        for child in open {
            let mut count = 2;
            while !self.place(child, stands, count, false, &mut planned) {
                count += 1;
            }
        }
    }

    /// Tries the `count`-th name; `exact` adopts a folder of that very spelling and does no more.
    fn place(
        &mut self,
        child: usize,
        parent: Option<usize>,
        count: u32,
        exact: bool,
        planned: &mut HashSet<String>,
    ) -> bool {
        let node = &self.source.nodes()[child];
        let name = names::numbered(&node.name, count);
        let key = names::key(&name);
        let there = parent.and_then(|at| self.destination_names[at].get(&key).copied());
        let Some(there) = there else {
            if exact || !planned.insert(key) {
                return false;
            }
            self.places[child] = Some(Place::New(name));
            return true;
        };
        let found = &self.destination.nodes()[there];
        let fits = !found.search
            && found.role.is_none()
            && classes::fit(&node.class, &found.class)
            && (!exact || found.name == name);
        fits && self.claim(child, there)
    }

    fn finish(self) -> Plan {
        let mut plan = Plan { steps: Vec::new(), skipped: Vec::new() };
        let mut step_of = HashMap::new();
        for source in 0..self.source.nodes().len() {
            if let Some(reason) = self.left_out[source] {
                plan.skipped.push(Skipped { source, reason });
                continue;
            }
            let target = match &self.places[source] {
                Some(Place::Stands(at)) => Target::Stands(self.destination.nodes()[*at].id.clone()),
                Some(Place::New(name)) => {
                    let parent = self.source.parent(source);
                    let parent = match &self.places[parent] {
                        Some(Place::Stands(at)) => {
                            Parent::Stands(self.destination.nodes()[*at].id.clone())
                        }
                        _ => Parent::Step(step_of[&parent]),
                    };
                    let class = self.source.nodes()[source].class.clone();
                    Target::Create { parent, name: name.clone(), class }
                }
                // Every folder that is not left out has a parent that was placed before it.
                None => continue,
            };
            step_of.insert(source, plan.steps.len());
            plan.steps.push(Step { source, target });
        }
        plan
    }
}
