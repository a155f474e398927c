//! Labels with a bounded set of values each.

use opentelemetry::KeyValue;

/// One label: an enumeration of all its values.
pub trait Label: Copy + Send + Sync + 'static {
    /// Its name.
    const KEY: &'static str;
    /// Every value it can have.
    const ALL: &'static [Self];

    /// The value as it is shown.
    fn value(self) -> &'static str;
}

/// The labels of an instrument: none, one, or a tuple.
pub trait Labels: Copy + Send + Sync + 'static {
    /// The labels as attributes.
    type Attributes: AsRef<[KeyValue]>;

    /// This combination as attributes. Nothing is allocated: names and values are constants.
    fn attributes(self) -> Self::Attributes;

    /// Every combination.
    fn all() -> Vec<Self>;

    /// Names and values, for the catalogue.
    fn described() -> Vec<(&'static str, Vec<&'static str>)>;
}

fn described<L: Label>() -> (&'static str, Vec<&'static str>) {
    (L::KEY, L::ALL.iter().map(|label| label.value()).collect())
}

fn attribute<L: Label>(label: L) -> KeyValue {
    KeyValue::new(L::KEY, label.value())
}

impl Labels for () {
    type Attributes = [KeyValue; 0];

    fn attributes(self) -> Self::Attributes {
        []
    }

    fn all() -> Vec<Self> {
        vec![()]
    }

    fn described() -> Vec<(&'static str, Vec<&'static str>)> {
        Vec::new()
    }
}

impl<A: Label> Labels for A {
    type Attributes = [KeyValue; 1];

    fn attributes(self) -> Self::Attributes {
        [attribute(self)]
    }

    fn all() -> Vec<Self> {
        A::ALL.to_vec()
    }

    fn described() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![described::<A>()]
    }
}

impl<A: Label, B: Label> Labels for (A, B) {
    type Attributes = [KeyValue; 2];

    fn attributes(self) -> Self::Attributes {
        [attribute(self.0), attribute(self.1)]
    }

    fn all() -> Vec<Self> {
        A::ALL.iter().flat_map(|a| B::ALL.iter().map(|b| (*a, *b))).collect()
    }

    fn described() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![described::<A>(), described::<B>()]
    }
}

impl<A: Label, B: Label, C: Label> Labels for (A, B, C) {
    type Attributes = [KeyValue; 3];

    fn attributes(self) -> Self::Attributes {
        [attribute(self.0), attribute(self.1), attribute(self.2)]
    }

    fn all() -> Vec<Self> {
        let ends = <(B, C)>::all();
        A::ALL.iter().flat_map(|a| ends.iter().map(|(b, c)| (*a, *b, *c))).collect()
    }

    fn described() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![described::<A>(), described::<B>(), described::<C>()]
    }
}
