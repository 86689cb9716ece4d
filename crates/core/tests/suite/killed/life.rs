//! The program that is killed: it opens a file and changes it for ever, saying each time what it is about to do and
//! that it is done.

use std::{
    env,
    io::{self, Write},
};

use mlskit::{
    Client, ClientId, Credential, CredentialRef, DatabaseKey, KeypackageConfig, KeypackageRef, Result,
    TransactionContext, openmls::prelude::Ciphersuite,
};

use super::{
    CLIENT_ID,
    dice::Dice,
    report::{Line, State, unhex},
};

/// Set in the child alone.
pub(crate) const FILE: &str = "MLSKIT_LIFE_FILE";
pub(crate) const KEY: &str = "MLSKIT_LIFE_KEY";
pub(crate) const SEED: &str = "MLSKIT_LIFE_SEED";
/// This test's name, by which the parent runs it.
pub(crate) const NAME: &str = "killed::life::one_life_when_a_parent_asks_for_it";

/// More would make the checks slow and the changes no more different.
const MANY_PACKAGES: usize = 60;
const MANY_CREDENTIALS: usize = 4;
const SUITES: [Ciphersuite; 2] =
    [Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256];

#[test]
fn one_life_when_a_parent_asks_for_it() {
    let Ok(file) = env::var(FILE) else { return };
    let key = unhex(&env::var(KEY).unwrap()).unwrap();
    let dice = Dice::new(env::var(SEED).unwrap().parse().unwrap());
    smol::block_on(live(&file, key, dice)).unwrap();
}

async fn live(file: &str, key: [u8; 32], dice: Dice) -> Result<()> {
    say(&Line::Start);
    let client = Client::open(file, &DatabaseKey::from_bytes(key)?, ClientId::from(CLIENT_ID)).await?;
    let state = State::of_client(key, &client).await?;
    say(&Line::Found(state.clone()));
    let mut life = Life { client, state, dice };
    loop {
        match life.dice.below(16) {
            0 => life.change_key().await?,
            1 => life.abort().await?,
            2 => life.drop().await?,
            _ => life.commit().await?,
        }
    }
}

struct Life {
    client: Client,
    /// What must be there, as far as this life knows.
    state: State,
    dice: Dice,
}

impl Life {
    async fn commit(&mut self) -> Result<()> {
        let tx = self.client.new_transaction().await?;
        assert_eq!(State::seen_by(self.state.key, &tx).await?, self.state, "a transaction begins with what is there");
        self.change(&tx).await?;
        let next = State::seen_by(self.state.key, &tx).await?;
        say(&Line::Intend(next.clone()));
        tx.finish().await?;
        say(&Line::Committed);
        self.state = next;
        Ok(())
    }

    async fn abort(&mut self) -> Result<()> {
        let tx = self.client.new_transaction().await?;
        self.change(&tx).await?;
        tx.abort().await
    }

    async fn drop(&mut self) -> Result<()> {
        let tx = self.client.new_transaction().await?;
        self.change(&tx).await
    }

    async fn change_key(&mut self) -> Result<()> {
        let key = self.dice.bytes();
        let next = State { key, ..self.state.clone() };
        say(&Line::Intend(next.clone()));
        self.client.change_key(&DatabaseKey::from_bytes(key)?).await?;
        say(&Line::Committed);
        self.state = next;
        Ok(())
    }

    /// One operation, or a few.
    async fn change(&mut self, tx: &TransactionContext) -> Result<()> {
        let operations = if self.dice.one_in(3) { 1 + self.dice.below(4) } else { 1 };
        for _ in 0..operations {
            let credentials = tx.credentials().await?;
            match self.dice.pick(&credentials) {
                Some(credential) => self.operate(tx, credential, &credentials).await?,
                None => self.add_credential(tx).await?,
            }
        }
        Ok(())
    }

    async fn operate(
        &mut self,
        tx: &TransactionContext,
        credential: &CredentialRef,
        credentials: &[CredentialRef],
    ) -> Result<()> {
        let packages: Vec<KeypackageRef> = tx.get_keypackage_refs().await?;
        let choice = if packages.len() > MANY_PACKAGES { 7 } else { self.dice.below(12) };
        match choice {
            0..=3 => tx.generate_keypackage(credential, None).await.map(drop),
            4..=6 => {
                let count = 2 + self.dice.below(19);
                tx.generate_keypackages(credential, count, &KeypackageConfig::default()).await.map(drop)
            }
            7 => tx.remove_keypackages_for(credential).await,
            8 if credentials.len() < MANY_CREDENTIALS => self.add_credential(tx).await,
            8 => tx.remove_credential(credential).await,
            _ => match self.dice.pick(&packages) {
                Some(package) => tx.remove_keypackage(package).await,
                None => Ok(()),
            },
        }
    }

    async fn add_credential(&mut self, tx: &TransactionContext) -> Result<()> {
        let suite = SUITES[self.dice.below(SUITES.len())];
        tx.add_credential(Credential::basic(suite, self.client.id())?).await.map(drop)
    }
}

/// One write, past the harness, which would keep it. A parent that is gone ends this life too.
fn say(line: &Line) {
    let line = format!("\n{line}\n");
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).unwrap();
}
