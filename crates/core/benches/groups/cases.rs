//! What is measured. Each case prints its rows, and says whether its targets are met.

use std::time::Duration;

use openmls::prelude::KeyPackage;
use openmls_rust_crypto::OpenMlsRustCrypto;

use crate::{
    mls_rs_side::mls_rs,
    open_mls::Party,
    ours::Ours,
    scale::Scale,
    shared::harness::{Times, Variant, row, take_turns},
    side::Side,
    targets::Targets,
    work,
    world::{self, PAST_EPOCHS, Pair},
};

pub(crate) struct Bench {
    pub(crate) scale: Scale,
    pub(crate) crowd: Vec<KeyPackage>,
    pub(crate) targets: Targets,
}

type AnySide = Box<dyn Side>;
type AnyPair = Pair<dyn Side>;

fn sides(past_epochs: usize) -> [AnySide; 3] {
    let openmls = Party::new("OpenMLS", past_epochs, OpenMlsRustCrypto::default());
    [Box::new(Ours::new(past_epochs)), Box::new(openmls), Box::new(mls_rs(past_epochs))]
}

/// Measures the same work of the three, and prints its row.
fn measure<T>(
    what: &str,
    rounds: usize,
    units: usize,
    all: &mut [T; 3],
    work: impl Fn(&mut T) -> Duration + Copy,
) -> [Times; 3] {
    let times = take_turns(rounds, units, all.each_mut().map(|one| Box::new(move || work(one)) as Variant<'_>));
    let [own, openmls, mls_rs] = &times;
    row(what, own, Some(openmls), Some(mls_rs));
    times
}

impl Bench {
    fn pairs(&self, members: usize, past_epochs: usize) -> [AnyPair; 3] {
        sides(past_epochs).map(|side| Pair::new(side, &self.crowd, members, past_epochs))
    }
}

pub(crate) fn join(bench: &mut Bench) {
    for members in bench.scale.members {
        let mut all = sides(PAST_EPOCHS).map(|side| (side, world::host(&bench.crowd, members - 1)));
        let rounds = bench.scale.rounds_for(members);
        let what = format!("join a group of {members}");
        let times = measure(&what, rounds, 1, &mut all, |(side, host)| work::join(&mut **side, host));
        if members == bench.scale.large() {
            bench.targets.beside(&what, &times, 1.3);
        }
    }
}

pub(crate) fn add_and_update(bench: &mut Bench) {
    let (rounds, members) = (bench.scale.heavy_rounds, bench.scale.large());
    let mut all = sides(PAST_EPOCHS);
    let what = format!("add {} in one commit, accepted", members - 1);
    let times = measure(&what, rounds, 1, &mut all, |side| work::add(&mut **side, &bench.crowd[..members - 1]));
    bench.targets.beside(&what, &times, 1.3);
    for side in &mut all {
        (0..PAST_EPOCHS).for_each(|_| {
            side.update();
        });
    }
    let what = format!("update one's keys among {members}, accepted");
    let times = measure(&what, rounds, 1, &mut all, |side| work::update(&mut **side));
    bench.targets.beside(&what, &times, 1.3);
}

pub(crate) fn process(bench: &mut Bench) {
    let members = bench.scale.large();
    let mut pairs = bench.pairs(members, PAST_EPOCHS);
    let what = format!("process and accept an update among {members}");
    let times = measure(&what, bench.scale.rounds, 1, &mut pairs, work::process);
    bench.targets.beside(&what, &times, 1.3);
}

pub(crate) fn messages(bench: &mut Bench) {
    for members in [bench.scale.members[0], bench.scale.large()] {
        for past_epochs in [0, 3] {
            let mut pairs = bench.pairs(members, past_epochs);
            let of = format!("1 KiB among {members}, {past_epochs} past epochs");
            both(bench, &format!("encrypt {of}"), members, past_epochs, &mut pairs, work::encrypt);
            both(bench, &format!("decrypt {of}"), members, past_epochs, &mut pairs, work::decrypt);
        }
    }
}

/// A message in a transaction of its own, and a batch.
fn both(
    bench: &mut Bench,
    what: &str,
    members: usize,
    past_epochs: usize,
    pairs: &mut [AnyPair; 3],
    work: fn(&mut AnyPair, usize, usize) -> Duration,
) {
    let Scale { rounds, repeat, batch, .. } = bench.scale;
    let [what_alone, what_batched] = [what.to_owned(), format!("… {batch} in one transaction, per message")];
    let alone = measure(&what_alone, rounds, repeat, pairs, |pair| work(pair, repeat, 1));
    let batched = measure(&what_batched, rounds, batch, pairs, |pair| work(pair, 1, batch));
    if members == 2 {
        bench.targets.beside(&format!("{what}, {batch} in a transaction"), &batched, 2.0);
    } else if past_epochs > 0 {
        bench.targets.within(&format!("{what}, alone"), &alone[0], 1_000.0);
        bench.targets.within(&format!("{what}, {batch} in a transaction"), &batched[0], 200.0);
    }
}

pub(crate) fn load(bench: &mut Bench) {
    for members in [bench.scale.members[0], bench.scale.large()] {
        let mut pairs = bench.pairs(members, PAST_EPOCHS);
        measure(&format!("load a group of {members}"), bench.scale.rounds, 1, &mut pairs, work::load);
    }
}
