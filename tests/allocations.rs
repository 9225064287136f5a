//! What a mail costs in memory: how often it is asked for between a row and
//! the bytes for the wire. Each is a little time, and a lock that threads share.

use allocation_counter::measure;
use handbill::deliver::smtp::Body;
use handbill::merge::Merger;

#[path = "../benches/desk.rs"]
#[allow(dead_code, reason = "the benches use the rest of it")]
mod desk;

use desk::Desk;

/// A mail of 24 KB with some 60 links took 61 when this was written.
const MOST: u64 = 70;

#[test]
fn composing_a_mail_asks_for_memory_a_bounded_number_of_times() {
    let desk = Desk::with_message_of(24_000);
    let mut merger = Merger::new(&desk.letter, &desk.columns);
    let mut bytes = Vec::new();
    let mut compose = || {
        let mail = merger.merge(&desk.reader, &desk.links()).expect("complete");
        desk.write(&mail, &mut bytes);
        merger.recycle(mail);
        bytes = Body::new(std::mem::take(&mut bytes)).expect("fit for the wire").into_bytes();
    };
    // The first ones find buffers that have to grow.
    (0..3).for_each(|_| compose());
    let counted = measure(&mut compose);
    let (count, bytes) = (counted.count_total, counted.bytes_total);
    assert!((1..=MOST).contains(&count), "{count} allocations, {bytes} bytes a mail");
}
