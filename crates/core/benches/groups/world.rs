//! The groups in which the sides meet a host, who is OpenMLS in memory.

use openmls::prelude::{KeyPackage, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProtocolVersion};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use tls_codec::Deserialize;

use crate::{open_mls::Party, side::Side};

pub(crate) type Host = Party<OpenMlsRustCrypto>;

/// What the sides of a table run through in groups; `GroupConfig`'s default.
pub(crate) const PAST_EPOCHS: usize = 2;

/// The members whom nobody hears of.
pub(crate) fn crowd(count: usize) -> Vec<KeyPackage> {
    (0..count).map(|number| party(&format!("member {number}")).publish()).collect()
}

/// A host whose group has so many members.
pub(crate) fn host(crowd: &[KeyPackage], members: usize) -> Host {
    let mut host = party("host");
    host.create();
    if members > 1 {
        host.add(&crowd[..members - 1]);
    }
    host
}

fn party(name: &str) -> Host {
    Party::new(name, 0, OpenMlsRustCrypto::default())
}

/// A side in a group with its host.
pub(crate) struct Pair<S: ?Sized> {
    pub(crate) host: Host,
    pub(crate) side: Box<S>,
}

impl<S: Side + ?Sized> Pair<S> {
    /// The side has followed the host through so many commits.
    pub(crate) fn new(mut side: Box<S>, crowd: &[KeyPackage], members: usize, commits: usize) -> Self {
        let mut host = host(crowd, members - 1);
        let welcome = host.invite(&side.publish(), true);
        side.join(&welcome);
        for _ in 0..commits {
            side.process(&host.commit());
        }
        assert_eq!(side.epoch(), host.epoch());
        Self { host, side }
    }
}

/// As an `MLSMessage` (RFC 9420 §6).
pub(crate) fn frame(keypackage: &KeyPackage) -> Vec<u8> {
    MlsMessageOut::from(keypackage.clone()).to_bytes().unwrap()
}

pub(crate) fn unframe(bytes: &[u8]) -> KeyPackage {
    match MlsMessageIn::tls_deserialize_exact(bytes).unwrap().extract() {
        MlsMessageBodyIn::KeyPackage(keypackage) => {
            keypackage.validate(&RustCrypto::default(), ProtocolVersion::Mls10).unwrap()
        }
        other => panic!("{other:?}"),
    }
}
