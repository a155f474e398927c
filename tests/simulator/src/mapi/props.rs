//! A bag of properties.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PropertyName, Tag, Time, Value};

/// What a property is found by: its id, or its name. The type is the value's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Key {
    /// A property id below `0x8000`.
    Id(u16),
    /// A named property.
    Named(PropertyName),
}

impl From<Tag> for Key {
    fn from(tag: Tag) -> Self {
        Self::Id(tag.id())
    }
}

impl From<PropertyName> for Key {
    fn from(name: PropertyName) -> Self {
        Self::Named(name)
    }
}

/// Properties in ascending order of id, named ones last; one value per key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Props(BTreeMap<Key, Value>);

impl Props {
    /// An empty bag.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The value of a property.
    pub(crate) fn get(&self, key: impl Into<Key>) -> Option<&Value> {
        self.0.get(&key.into())
    }

    /// Sets a property; the old value, if there was one.
    pub(crate) fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        self.0.insert(key.into(), value.into())
    }

    /// Sets a property and hands the bag back, for building.
    pub(crate) fn with(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    /// Takes a property out.
    pub(crate) fn remove(&mut self, key: impl Into<Key>) -> Option<Value> {
        self.0.remove(&key.into())
    }

    /// All properties in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.0.iter()
    }

    /// The string of a property.
    pub(crate) fn text(&self, key: impl Into<Key>) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The whole number of a property.
    pub(crate) fn integer(&self, key: impl Into<Key>) -> Option<i64> {
        self.get(key)?.as_integer()
    }

    /// The truth value of a property.
    pub(crate) fn bool(&self, key: impl Into<Key>) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    /// The moment of a property.
    pub(crate) fn time(&self, key: impl Into<Key>) -> Option<Time> {
        self.get(key)?.as_time()
    }
}
