//! Pure functions: the hand-written loop comes to the whole tally under any chunking.

use bench_handwritten::Reader;
use workload::{Rendered, Scenario, Size, Tally};

#[test]
fn every_scenario_is_read_whole_under_any_chunking() {
    for scenario in Scenario::all(Size::Quick) {
        let rendered = Rendered::new(&scenario);
        for size in [1, 7, 279, 281, 16 << 10, rendered.body.len()] {
            let mut reader = Reader::default();
            for chunk in rendered.body.chunks(size) {
                reader.push(chunk).unwrap();
            }
            assert!(reader.completed());
            let expected = Tally { bytes: 0, ..rendered.expected };
            assert_eq!(reader.tally(), expected, "{} in chunks of {size}", scenario.name);
        }
    }
}
