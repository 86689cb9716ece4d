//! The beginning and the end of a group.

use mlskit_keystore::{GroupChange, GroupRecord, Operation};
use openmls::prelude::{GroupId, MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY, MlsGroup};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::OpenMlsProvider;

use super::{GroupConfig, session};
use crate::{Client, CredentialRef, GroupError, Result, clock, credential, keypackage};

pub(crate) fn create(
    operation: &mut Operation<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
    config: &GroupConfig,
) -> Result<GroupId> {
    let credential = credential::resolve(operation, client.id(), credential_ref)?;
    let key = credential::signature_key(operation, credential, credential_ref)?;
    let group_id = GroupId::random(&RustCrypto::default());
    let record = GroupRecord {
        group_id: group_id.as_slice().to_vec(),
        credential,
        next_credential: None,
        is_joining: false,
        external_joins: config.external_joins.unwrap_or(false),
        keys_updated_at: clock::seconds(client.now()),
    };
    operation.insert_group(&record, GroupChange::Created, 0)?;
    let (context, to_know) = (config.context()?, config.extensions_to_know()?);
    MlsGroup::builder()
        .with_group_id(group_id.clone())
        .ciphersuite(credential_ref.ciphersuite())
        .with_wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(config.past_epochs)
        .sender_ratchet_configuration(config.sender_ratchet()?)
        .padding_size(config.padding)
        .use_ratchet_tree_extension(config.ratchet_tree_in_welcome)
        .with_group_context_extensions(context)
        .with_capabilities(keypackage::capabilities(credential_ref, &to_know)?)
        .build(&session::Provider::new(operation, &group_id), &key, credential_ref.with_key())
        .map_err(GroupError::refused)?;
    Ok(group_id)
}

/// Sets how this client runs its side of a group from now on.
pub(crate) fn configure(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    config: &GroupConfig,
) -> Result<()> {
    let join_config = config.join_config()?;
    session::with(operation, client.id(), group_id, |session, provider| {
        Ok(session.group.set_configuration(provider.storage(), &join_config)?)
    })?;
    operation.note_deleted_secrets();
    session::update_record(operation, group_id, |record| {
        record.external_joins = config.external_joins.unwrap_or(record.external_joins);
    })
}

pub(crate) fn delete(operation: &mut Operation<'_>, group_id: &GroupId) -> Result<()> {
    operation.group(group_id.as_slice())?.ok_or_else(|| GroupError::unknown(group_id))?;
    session::forget(operation, group_id);
    Ok(operation.delete_group(group_id.as_slice())?)
}
