//! The simulator's faults, counters and settings.

use serde_json::Value;

use super::World;

impl World {
    /// Adds a fault rule; its id.
    pub(crate) fn fault(&self, rule: Value) -> u64 {
        self.simulator.inject(rule).expect("a rule")
    }

    /// How often a fault has happened.
    pub(crate) async fn happened(&self, rule: u64) -> u64 {
        let rules = self.control("faults").await;
        let rules = rules.as_array().expect("a list").iter();
        let mut found = rules.filter(|standing| standing["id"] == rule);
        found.next().expect("the rule")["fired"].as_u64().expect("a number")
    }

    /// A counter of a mailbox, of one operation or of all.
    pub(crate) fn counted(&self, counter: &str, mailbox: &str, operation: Option<&str>) -> u64 {
        let counters = self.simulator.counters();
        let calls = counters["calls"].as_array().expect("a list").iter();
        calls
            .filter(|call| call["mailbox"] == mailbox)
            .filter(|call| operation.is_none_or(|operation| call["operation"] == operation))
            .map(|call| call[counter].as_u64().expect("a number"))
            .sum()
    }

    /// What the simulator's control API says.
    pub(crate) async fn control(&self, path: &str) -> Value {
        let url = format!("{}/_sim/{path}", self.simulator.base_url());
        let answer = reqwest::get(url).await.expect("answers");
        answer.error_for_status().expect("is there").json().await.expect("is JSON")
    }

    /// Changes settings of the simulator.
    pub(crate) async fn set(&self, changes: Value) {
        let url = format!("{}/_sim/settings", self.simulator.base_url());
        let answer = reqwest::Client::new().patch(url).json(&changes).send().await;
        answer.expect("answers").error_for_status().expect("takes them");
    }
}
