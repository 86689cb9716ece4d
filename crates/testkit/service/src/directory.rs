//! The service as the directory that `sync_keypackages` keeps supplied.

use blocking::unblock;
use mlskit::{ClientId, KeypackageDirectory, KeypackageRef, openmls::prelude::Ciphersuite};

use crate::client::{ClientError, Service};

/// A [`Service`], seen by the app of one client. Its calls wait for the network on other threads.
#[derive(Clone)]
pub struct ServiceDirectory {
    service: Service,
    client_id: ClientId,
}

impl ServiceDirectory {
    /// The part of the service's directory that is `client_id`'s.
    #[must_use]
    pub fn new(service: &Service, client_id: &ClientId) -> Self {
        Self { service: service.clone(), client_id: client_id.clone() }
    }
}

impl KeypackageDirectory for ServiceDirectory {
    type Error = ClientError;

    async fn publish(&self, _: &KeypackageRef, bytes: &[u8]) -> Result<(), ClientError> {
        let (Self { service, client_id }, bytes) = (self.clone(), bytes.to_vec());
        unblock(move || service.publish(client_id.as_bytes(), &bytes)).await
    }

    async fn withdraw(&self, keypackage_ref: &KeypackageRef) -> Result<(), ClientError> {
        let (service, hash_ref) = (self.service.clone(), keypackage_ref.hash_ref().to_vec());
        unblock(move || service.withdraw(&hash_ref)).await
    }

    async fn fetch(&self, client_id: &ClientId, ciphersuite: Ciphersuite) -> Result<Option<Vec<u8>>, ClientError> {
        let (service, client_id) = (self.service.clone(), client_id.clone());
        unblock(move || service.take(client_id.as_bytes(), ciphersuite.into())).await
    }

    fn is_refusal(&self, error: &ClientError) -> bool {
        // Who is not let in, or comes too often, is refused whatever the package.
        matches!(error, ClientError::Refused { status: 400..500, .. })
            && !matches!(error, ClientError::Refused { status: 401 | 403 | 408 | 429, .. })
    }
}
