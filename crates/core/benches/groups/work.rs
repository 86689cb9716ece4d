//! The pieces of work, for whatever side. Each returns its time, and panics if it came out otherwise than it should.

use std::time::Duration;

use openmls::prelude::KeyPackage;

use crate::{
    side::Side,
    world::{Host, Pair},
};

/// What is said.
pub(crate) const TEXT: [u8; 1024] = [0x5a; 1024];

/// Joins the host's group, and is out of it again.
pub(crate) fn join<S: Side + ?Sized>(side: &mut S, host: &mut Host) -> Duration {
    let welcome = host.invite(&side.publish(), false);
    let time = side.join(&welcome);
    assert_eq!(side.epoch(), host.epoch() + 1);
    side.forget();
    time
}

/// Adds all to a new group.
pub(crate) fn add<S: Side + ?Sized>(side: &mut S, members: &[KeyPackage]) -> Duration {
    side.forget();
    side.create();
    let time = side.add(members);
    assert_eq!(side.epoch(), 1);
    time
}

pub(crate) fn update<S: Side + ?Sized>(side: &mut S) -> Duration {
    let before = side.epoch();
    let time = side.update();
    assert_eq!(side.epoch(), before + 1);
    time
}

pub(crate) fn process<S: Side + ?Sized>(pair: &mut Pair<S>) -> Duration {
    let time = pair.side.process(&pair.host.commit());
    assert_eq!(pair.side.epoch(), pair.host.epoch());
    time
}

/// Encrypts in so many transactions, `count` messages in each.
pub(crate) fn encrypt<S: Side + ?Sized>(pair: &mut Pair<S>, transactions: usize, count: usize) -> Duration {
    let Pair { host, side } = pair;
    let once = |_| {
        let (time, last) = side.encrypt(&TEXT, count);
        assert_eq!(host.decrypt(&[last]).1, TEXT);
        time
    };
    (0..transactions).map(once).sum()
}

/// Decrypts in so many transactions, `count` messages in each.
pub(crate) fn decrypt<S: Side + ?Sized>(pair: &mut Pair<S>, transactions: usize, count: usize) -> Duration {
    let Pair { host, side } = pair;
    let once = |_| {
        let messages: Vec<_> = (0..count).map(|_| host.encrypt(&TEXT, 1).1).collect();
        let (time, last) = side.decrypt(&messages);
        assert_eq!(last, TEXT);
        time
    };
    (0..transactions).map(once).sum()
}

pub(crate) fn load<S: Side + ?Sized>(pair: &mut Pair<S>) -> Duration {
    let time = pair.side.load();
    assert_eq!(pair.side.epoch(), pair.host.epoch());
    time
}
