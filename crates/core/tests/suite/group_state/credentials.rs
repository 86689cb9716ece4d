//! Moving a group to another credential, and which credentials can go.

use mlskit::{
    CertificateChain, Client, Credential, CredentialError, CredentialRef, Error, GroupError, PrivateKey,
    group::{GroupConfig, OutgoingKind, Received},
    openmls::prelude::{Ciphersuite, CredentialType, GroupId},
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};

use super::support::{Pair, accept, add_credential, commit, outgoing, pair, pair_with, process, talk};
use crate::common::{self, SUITE};

async fn remove(client: &Client, credential_ref: &CredentialRef) -> mlskit::Result<()> {
    client.transaction(async |tx| tx.remove_credential(credential_ref).await).await
}

fn in_use(group: &GroupId) -> mlskit::Result<()> {
    Err(Error::Credential(CredentialError::CredentialInUse { group_id: group.to_vec() }))
}

scenarios! {
    async fn only_the_very_key_that_a_group_uses_or_is_about_to_use_can_not_go() {
        let Pair { alice, alices, bob, group, .. } = pair(GroupConfig::default()).await;
        let (next, same_identity) = (add_credential(&alice).await, add_credential(&alice).await);
        remove(&alice, &same_identity).await.unwrap();
        commit(&alice, async |tx| tx.update_keys(&group, Some(&next)).await).await;
        assert_eq!((remove(&alice, &alices).await, remove(&alice, &next).await), (in_use(&group), in_use(&group)));
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        accept(&bob, &bytes).await;
        assert_eq!((remove(&alice, &alices).await, remove(&alice, &next).await), (Ok(()), in_use(&group)));
        talk(&alice, &bob, &group, "by the new key").await;
        commit(&alice, async |tx| tx.delete_group(&group).await).await;
        remove(&alice, &next).await.unwrap();
    }

    async fn a_rejected_change_of_credential_is_undone() {
        let Pair { alice, alices, bob, group, .. } = pair(GroupConfig::default()).await;
        let next = add_credential(&alice).await;
        commit(&alice, async |tx| tx.update_keys(&group, Some(&next)).await).await;
        commit(&alice, async |tx| tx.commit_rejected(&group).await).await;
        talk(&alice, &bob, &group, "by the old key").await;
        assert_eq!((remove(&alice, &alices).await, remove(&alice, &next).await), (in_use(&group), Ok(())));
    }

    async fn a_superseded_change_of_credential_is_undone_and_told() {
        let Pair { alice, alices, bob, group, .. } = pair(GroupConfig::default()).await;
        let next = add_credential(&alice).await;
        commit(&alice, async |tx| tx.update_keys(&group, Some(&next)).await).await;
        commit(&bob, async |tx| tx.update_keys(&group, None).await).await;
        let winner = outgoing(&bob, OutgoingKind::Commit).await.bytes;
        commit(&bob, async |tx| tx.commit_accepted(&group).await).await;
        let superseded = accept(&alice, &winner).await.superseded.unwrap();
        assert_eq!(superseded.credential, Some(next.clone()));
        talk(&alice, &bob, &group, "by the old key").await;
        assert_eq!((remove(&alice, &alices).await, remove(&alice, &next).await), (in_use(&group), Ok(())));
    }

    async fn from_x509_to_basic_everybody_sees_before_and_after() {
        let (alice, _) = common::client("alice").await;
        let chain = ChainBuilder::new(KeyKind::Ed25519, "alice").build().unwrap();
        let certificates = CertificateChain::from_pem(&chain.pem()).unwrap();
        let key = PrivateKey::from_pkcs8(chain.pkcs8_pem().as_bytes()).unwrap();
        let credential = Credential::x509(SUITE, certificates, key).unwrap();
        let x509 = commit(&alice, async |tx| tx.add_credential(credential).await).await;
        let Pair { alice, bob, group, .. } = pair_with(alice, x509.clone(), GroupConfig::default()).await;
        let basic = add_credential(&alice).await;
        commit(&alice, async |tx| tx.update_keys(&group, Some(&basic)).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let Received::Commit(staged) = process(&bob, &bytes).await.unwrap() else { panic!() };
        let [(before, after)] = &staged.updated[..] else { panic!("{staged:?}") };
        let types = (before.credential.credential_type(), after.credential.credential_type());
        assert_eq!(types, (CredentialType::X509, CredentialType::Basic));
        assert_eq!((before.id.signature_key(), &after.signature_key[..]), (x509.signature_key(), basic.signature_key()));
        assert_eq!(after.credential.serialized_content(), b"alice");
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        remove(&alice, &x509).await.unwrap();
        talk(&alice, &bob, &group, "basic").await;
        talk(&bob, &alice, &group, "heard").await;
    }

    async fn the_same_credential_again_only_gets_new_keys() {
        let Pair { alice, alices, bob, group, .. } = pair(GroupConfig::default()).await;
        commit(&alice, async |tx| tx.update_keys(&group, Some(&alices)).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        accept(&bob, &bytes).await;
        talk(&alice, &bob, &group, "new keys").await;
    }

    async fn a_credential_that_does_not_fit_the_group_is_refused() {
        let Pair { alice, bobs, group, .. } = pair(GroupConfig::default()).await;
        let found = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
        let other = commit(&alice, async |tx| tx.add_credential(Credential::basic(found, alice.id())?).await).await;
        let refused = alice.transaction(async |tx| tx.update_keys(&group, Some(&other)).await).await;
        assert_eq!(refused, Err(Error::Group(GroupError::DifferentCiphersuite { expected: SUITE, found })));
        let foreign = alice.transaction(async |tx| tx.update_keys(&group, Some(&bobs)).await).await;
        assert!(matches!(foreign, Err(Error::Credential(CredentialError::ForeignCredential { .. }))), "{foreign:?}");
        assert_eq!(alice.outgoing().await.unwrap(), []);
        remove(&alice, &other).await.unwrap();
    }
}
