//! Chooses the rule that answers a request, and counts.

use std::collections::HashMap;
use std::sync::Arc;

use crate::inbound::Inbound;
use crate::rule::Rule;

/// Most paths whose requests are counted one by one.
const MAX_COUNTED_PATHS: usize = 10_000;

/// The rules of a running simulator and how often each was used.
#[derive(Debug, Default)]
pub(crate) struct Rulebook {
    /// Added while running; tried before the scenario's own.
    pushed: Vec<CountedRule>,
    rules: Vec<CountedRule>,
    requests_by_path: HashMap<String, u64>,
}

#[derive(Debug)]
struct CountedRule {
    rule: Arc<Rule>,
    used: u32,
}

impl Rulebook {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let rules = rules.into_iter().map(|rule| CountedRule { rule: Arc::new(rule), used: 0 }).collect();
        Self { rules, ..Self::default() }
    }

    pub(crate) fn push(&mut self, rule: Rule) {
        self.pushed.push(CountedRule { rule: Arc::new(rule), used: 0 });
    }

    /// The number of this request among those to its path, counted from 1.
    pub(crate) fn count(&mut self, path: &str) -> u64 {
        // Beyond the bound, all new paths are counted as one.
        let room =
            self.requests_by_path.len() < MAX_COUNTED_PATHS || self.requests_by_path.contains_key(path);
        let count = self.requests_by_path.entry(if room { path } else { "" }.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// The first rule that matches and is not used up; it counts as used.
    pub(crate) fn choose(&mut self, inbound: &Inbound) -> Option<Arc<Rule>> {
        let chosen = self.pushed.iter_mut().chain(&mut self.rules).find(|counted| {
            counted.rule.times.is_none_or(|times| counted.used < times) && counted.rule.when.matches(inbound)
        })?;
        chosen.used = chosen.used.saturating_add(1);
        let rule = Arc::clone(&chosen.rule);
        self.pushed.retain(|counted| counted.rule.times.is_none_or(|times| counted.used < times));
        Some(rule)
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn paths_are_counted_up_to_a_bound() {
        let mut rulebook = Rulebook::default();
        for number in 0..MAX_COUNTED_PATHS {
            assert_eq!(rulebook.count(&format!("/{number}")), 1);
        }
        assert_eq!(rulebook.count("/0"), 2);
        assert_eq!(rulebook.count("/new"), 1);
        assert_eq!(rulebook.count("/other"), 2);
        assert_eq!(rulebook.requests_by_path.len(), MAX_COUNTED_PATHS + 1);
    }
}
