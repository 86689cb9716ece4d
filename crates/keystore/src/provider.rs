//! OpenMLS's storage over the open transaction.

mod key_bytes;

use std::cell::Cell;

use openmls_traits::storage::{CURRENT_VERSION, Entity, Key, StorageProvider, traits};

use crate::{
    Result, StorageError, View,
    tables::group_blob::{BlobKind, Blobs, NO_ENTRY},
};

/// OpenMLS's storage for one operation on one group. What OpenMLS writes becomes part of the transaction; outside of one
/// it can only read.
///
/// Key packages are written by [`insert_keypackage`](crate::Operation::insert_keypackage), not through this.
pub struct GroupStorage<'a> {
    view: &'a View<'a>,
    blobs: Blobs<'a>,
    group_id: Vec<u8>,
    defers: bool,
    has_deferred: Cell<bool>,
}

impl View<'_> {
    /// The storage for an operation on the group `group_id`, whose row must be there before OpenMLS writes.
    pub fn group_storage(&self, group_id: impl Into<Vec<u8>>) -> GroupStorage<'_> {
        let (blobs, group_id) = (Blobs(self.connection), group_id.into());
        GroupStorage { view: self, blobs, group_id, defers: false, has_deferred: Cell::new(false) }
    }
}

impl GroupStorage<'_> {
    /// Leaves message secrets unwritten: they are large, and each message changes them. Whoever holds the group writes
    /// them later, by a [`Cache`](crate::Cache).
    #[must_use]
    pub fn deferring_message_secrets(self) -> Self {
        Self { defers: true, ..self }
    }

    /// Whether there were message secrets to write, and they were not.
    #[must_use]
    pub fn has_deferred(&self) -> bool {
        self.has_deferred.get()
    }
}

type Outcome<T> = Result<T, StorageError>;

impl GroupStorage<'_> {
    fn write(
        &self,
        group: &impl Key<CURRENT_VERSION>,
        kind: BlobKind,
        value: &impl Entity<CURRENT_VERSION>,
    ) -> Outcome<()> {
        self.blobs.write_group_blob(&key_bytes::of(group)?, kind, NO_ENTRY, value)
    }

    fn read<T: Entity<CURRENT_VERSION>>(
        &self,
        group: &impl Key<CURRENT_VERSION>,
        kind: BlobKind,
    ) -> Outcome<Option<T>> {
        self.blobs.group_blob(&key_bytes::of(group)?, kind, NO_ENTRY)
    }

    fn delete(&self, group: &impl Key<CURRENT_VERSION>, kind: BlobKind) -> Outcome<()> {
        self.blobs.delete_group_blobs(&key_bytes::of(group)?, kind)
    }
}

macro_rules! group_values {
    ($($kind:ident: $trait:ident, $write:ident, $read:ident, $delete:ident;)+) => {$(
        fn $write<GroupId: traits::GroupId<CURRENT_VERSION>, Value: traits::$trait<CURRENT_VERSION>>(
            &self,
            group_id: &GroupId,
            value: &Value,
        ) -> Outcome<()> {
            self.write(group_id, BlobKind::$kind, value)
        }

        fn $read<GroupId: traits::GroupId<CURRENT_VERSION>, Value: traits::$trait<CURRENT_VERSION>>(
            &self,
            group_id: &GroupId,
        ) -> Outcome<Option<Value>> {
            self.read(group_id, BlobKind::$kind)
        }

        fn $delete<GroupId: traits::GroupId<CURRENT_VERSION>>(&self, group_id: &GroupId) -> Outcome<()> {
            self.delete(group_id, BlobKind::$kind)
        }
    )+};
}

impl StorageProvider<CURRENT_VERSION> for GroupStorage<'_> {
    type Error = StorageError;

    group_values! {
        JoinConfig: MlsGroupJoinConfig, write_mls_join_config, mls_group_join_config, delete_group_config;
        Tree: TreeSync, write_tree, tree, delete_tree;
        InterimTranscriptHash: InterimTranscriptHash,
            write_interim_transcript_hash, interim_transcript_hash, delete_interim_transcript_hash;
        Context: GroupContext, write_context, group_context, delete_context;
        ConfirmationTag: ConfirmationTag, write_confirmation_tag, confirmation_tag, delete_confirmation_tag;
        ResumptionPskStore: ResumptionPskStore,
            write_resumption_psk_store, resumption_psk_store, delete_all_resumption_psk_secrets;
        OwnLeafIndex: LeafNodeIndex, write_own_leaf_index, own_leaf_index, delete_own_leaf_index;
        EpochSecrets: GroupEpochSecrets, write_group_epoch_secrets, group_epoch_secrets, delete_group_epoch_secrets;
    }

    fn write_message_secrets<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        Secrets: traits::MessageSecrets<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        secrets: &Secrets,
    ) -> Outcome<()> {
        if self.defers {
            self.has_deferred.set(true);
            return Ok(());
        }
        self.write(group_id, BlobKind::MessageSecrets, secrets)
    }

    fn message_secrets<GroupId: traits::GroupId<CURRENT_VERSION>, Secrets: traits::MessageSecrets<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Outcome<Option<Secrets>> {
        self.read(group_id, BlobKind::MessageSecrets)
    }

    fn delete_message_secrets<GroupId: traits::GroupId<CURRENT_VERSION>>(&self, group_id: &GroupId) -> Outcome<()> {
        self.delete(group_id, BlobKind::MessageSecrets)
    }

    // The trait has the two parameters of these in the other order.
    fn write_group_state<State: traits::GroupState<CURRENT_VERSION>, GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
        state: &State,
    ) -> Outcome<()> {
        self.write(group_id, BlobKind::State, state)
    }

    fn group_state<State: traits::GroupState<CURRENT_VERSION>, GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Outcome<Option<State>> {
        self.read(group_id, BlobKind::State)
    }

    fn delete_group_state<GroupId: traits::GroupId<CURRENT_VERSION>>(&self, group_id: &GroupId) -> Outcome<()> {
        self.delete(group_id, BlobKind::State)
    }

    fn append_own_leaf_node<GroupId: traits::GroupId<CURRENT_VERSION>, Leaf: traits::LeafNode<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
        leaf_node: &Leaf,
    ) -> Outcome<()> {
        self.blobs.append_own_leaf_node(&key_bytes::of(group_id)?, leaf_node)
    }

    fn own_leaf_nodes<GroupId: traits::GroupId<CURRENT_VERSION>, Leaf: traits::LeafNode<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Outcome<Vec<Leaf>> {
        self.blobs.group_blobs(&key_bytes::of(group_id)?, BlobKind::OwnLeafNode)
    }

    fn delete_own_leaf_nodes<GroupId: traits::GroupId<CURRENT_VERSION>>(&self, group_id: &GroupId) -> Outcome<()> {
        self.delete(group_id, BlobKind::OwnLeafNode)
    }

    fn queue_proposal<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        Ref: traits::ProposalRef<CURRENT_VERSION>,
        Proposal: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        proposal_ref: &Ref,
        proposal: &Proposal,
    ) -> Outcome<()> {
        let (group_id, entry) = (key_bytes::of(group_id)?, key_bytes::of(proposal_ref)?);
        self.blobs.write_group_blob(&group_id, BlobKind::ProposalRef, &entry, proposal_ref)?;
        self.blobs.write_group_blob(&group_id, BlobKind::Proposal, &entry, proposal)
    }

    fn queued_proposal_refs<GroupId: traits::GroupId<CURRENT_VERSION>, Ref: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Outcome<Vec<Ref>> {
        self.blobs.group_blobs(&key_bytes::of(group_id)?, BlobKind::ProposalRef)
    }

    fn queued_proposals<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        Ref: traits::ProposalRef<CURRENT_VERSION>,
        Proposal: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Outcome<Vec<(Ref, Proposal)>> {
        let group_id = key_bytes::of(group_id)?;
        let refs = self.blobs.group_blobs(&group_id, BlobKind::ProposalRef)?;
        Ok(refs.into_iter().zip(self.blobs.group_blobs(&group_id, BlobKind::Proposal)?).collect())
    }

    fn remove_proposal<GroupId: traits::GroupId<CURRENT_VERSION>, Ref: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
        proposal_ref: &Ref,
    ) -> Outcome<()> {
        let (group_id, entry) = (key_bytes::of(group_id)?, key_bytes::of(proposal_ref)?);
        self.blobs.delete_group_blob(&group_id, BlobKind::ProposalRef, &entry)?;
        self.blobs.delete_group_blob(&group_id, BlobKind::Proposal, &entry)
    }

    fn clear_proposal_queue<GroupId: traits::GroupId<CURRENT_VERSION>, Ref: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Outcome<()> {
        self.delete(group_id, BlobKind::ProposalRef)?;
        self.delete(group_id, BlobKind::Proposal)
    }

    fn write_encryption_key_pair<
        PublicKey: traits::EncryptionKey<CURRENT_VERSION>,
        KeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        public_key: &PublicKey,
        key_pair: &KeyPair,
    ) -> Outcome<()> {
        self.blobs.write_encryption_key_pair(&self.group_id, &key_bytes::of(public_key)?, key_pair)
    }

    fn encryption_key_pair<
        KeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
        PublicKey: traits::EncryptionKey<CURRENT_VERSION>,
    >(
        &self,
        public_key: &PublicKey,
    ) -> Outcome<Option<KeyPair>> {
        self.blobs.encryption_key_pair(&key_bytes::of(public_key)?)
    }

    fn delete_encryption_key_pair<PublicKey: traits::EncryptionKey<CURRENT_VERSION>>(
        &self,
        public_key: &PublicKey,
    ) -> Outcome<()> {
        self.blobs.delete_encryption_key_pair(&key_bytes::of(public_key)?)
    }

    fn write_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        Epoch: traits::EpochKey<CURRENT_VERSION>,
        KeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &Epoch,
        leaf_index: u32,
        key_pairs: &[KeyPair],
    ) -> Outcome<()> {
        let entry = epoch_entry(epoch, leaf_index)?;
        self.blobs.write_group_blob(&key_bytes::of(group_id)?, BlobKind::EpochKeyPairs, &entry, &key_pairs)
    }

    fn encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        Epoch: traits::EpochKey<CURRENT_VERSION>,
        KeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &Epoch,
        leaf_index: u32,
    ) -> Outcome<Vec<KeyPair>> {
        let entry = epoch_entry(epoch, leaf_index)?;
        let key_pairs = self.blobs.group_blob(&key_bytes::of(group_id)?, BlobKind::EpochKeyPairs, &entry)?;
        Ok(key_pairs.unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        Epoch: traits::EpochKey<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &Epoch,
        leaf_index: u32,
    ) -> Outcome<()> {
        let entry = epoch_entry(epoch, leaf_index)?;
        self.blobs.delete_group_blob(&key_bytes::of(group_id)?, BlobKind::EpochKeyPairs, &entry)
    }

    /// For a Welcome: the package with its private keys.
    fn key_package<Ref: traits::HashReference<CURRENT_VERSION>, Bundle: traits::KeyPackage<CURRENT_VERSION>>(
        &self,
        hash_ref: &Ref,
    ) -> Outcome<Option<Bundle>> {
        self.blobs.keypackage_bundle(&key_bytes::of(hash_ref)?)
    }

    /// OpenMLS calls this before it has decrypted a Welcome; the operation's savepoint brings the row back if that fails.
    fn delete_key_package<Ref: traits::HashReference<CURRENT_VERSION>>(&self, hash_ref: &Ref) -> Outcome<()> {
        self.view.consume_keypackage(&key_bytes::of(hash_ref)?)
    }

    fn write_key_package<Ref: traits::HashReference<CURRENT_VERSION>, Bundle: traits::KeyPackage<CURRENT_VERSION>>(
        &self,
        _: &Ref,
        _: &Bundle,
    ) -> Outcome<()> {
        Err(not_stored("key packages"))
    }

    fn write_signature_key_pair<
        PublicKey: traits::SignaturePublicKey<CURRENT_VERSION>,
        KeyPair: traits::SignatureKeyPair<CURRENT_VERSION>,
    >(
        &self,
        _: &PublicKey,
        _: &KeyPair,
    ) -> Outcome<()> {
        Err(not_stored("signature keys"))
    }

    fn signature_key_pair<
        PublicKey: traits::SignaturePublicKey<CURRENT_VERSION>,
        KeyPair: traits::SignatureKeyPair<CURRENT_VERSION>,
    >(
        &self,
        _: &PublicKey,
    ) -> Outcome<Option<KeyPair>> {
        Ok(None)
    }

    fn delete_signature_key_pair<PublicKey: traits::SignaturePublicKey<CURRENT_VERSION>>(
        &self,
        _: &PublicKey,
    ) -> Outcome<()> {
        Ok(())
    }

    fn write_psk<Id: traits::PskId<CURRENT_VERSION>, Psk: traits::PskBundle<CURRENT_VERSION>>(
        &self,
        _: &Id,
        _: &Psk,
    ) -> Outcome<()> {
        Err(not_stored("pre-shared keys"))
    }

    fn psk<Psk: traits::PskBundle<CURRENT_VERSION>, Id: traits::PskId<CURRENT_VERSION>>(
        &self,
        _: &Id,
    ) -> Outcome<Option<Psk>> {
        Ok(None)
    }

    fn delete_psk<Id: traits::PskId<CURRENT_VERSION>>(&self, _: &Id) -> Outcome<()> {
        Ok(())
    }
}

fn epoch_entry(epoch: &impl Key<CURRENT_VERSION>, leaf_index: u32) -> Outcome<Vec<u8>> {
    let mut entry = key_bytes::of(epoch)?;
    entry.extend_from_slice(&leaf_index.to_be_bytes());
    Ok(entry)
}

fn not_stored(what: &str) -> StorageError {
    StorageError::Codec { reason: format!("{what} are not stored by OpenMLS's calls") }
}
