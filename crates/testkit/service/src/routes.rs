//! The service over HTTP. Nothing is decided here.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;

use crate::{
    ServiceError, Store,
    store::{Line, Taken},
};

/// A Welcome to a large group carries its whole ratchet tree.
const MAX_BODY: usize = 16 << 20;

/// The service's routes over a store.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/keypackages", post(publish))
        .route("/keypackages/take", post(take))
        .route("/keypackages/{hash_ref}", delete(withdraw))
        .route("/messages", post(send))
        .route("/groups/{group_id}/messages", get(messages))
        .route("/groups/{group_id}/info", get(group_info).put(put_group_info))
        .route("/welcomes", post(welcome).get(welcomes))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Shared(Arc::new(Mutex::new(store))))
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Store>>);

impl Shared {
    /// SQLite waits for the disk: not on a thread that serves others.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Store) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, Answer> {
        let job = tokio::task::spawn_blocking(move || work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)));
        job.await.map_err(|error| Answer(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?.map_err(Answer::from)
    }
}

/// A refusal: its status and its reason.
struct Answer(StatusCode, String);

impl From<ServiceError> for Answer {
    fn from(error: ServiceError) -> Self {
        let status = match &error {
            ServiceError::Malformed(_) => StatusCode::BAD_REQUEST,
            ServiceError::EpochTaken { .. } => StatusCode::CONFLICT,
            ServiceError::UnknownRecipient => StatusCode::NOT_FOUND,
            ServiceError::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

#[derive(Deserialize)]
struct Whose {
    client: String,
    #[serde(default)]
    ciphersuite: u16,
    #[serde(default)]
    after: i64,
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    after: i64,
}

async fn publish(State(store): State<Shared>, Query(whose): Query<Whose>, body: Bytes) -> Result<StatusCode, Answer> {
    let client = bytes_of(&whose.client)?;
    store.run(move |store| store.publish(&client, &body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take(State(store): State<Shared>, Query(whose): Query<Whose>) -> Result<Response, Answer> {
    let client = bytes_of(&whose.client)?;
    let taken = store.run(move |store| store.take(&client, whose.ciphersuite)).await?;
    Ok(found(taken))
}

async fn withdraw(State(store): State<Shared>, Path(hash_ref): Path<String>) -> Result<StatusCode, Answer> {
    let hash_ref = bytes_of(&hash_ref)?;
    store.run(move |store| store.withdraw(&hash_ref)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send(State(store): State<Shared>, body: Bytes) -> Result<String, Answer> {
    let Taken { position } = store.run(move |store| store.send(&body)).await?;
    Ok(position.to_string())
}

async fn messages(
    State(store): State<Shared>,
    Path(group_id): Path<String>,
    Query(since): Query<Since>,
) -> Result<String, Answer> {
    let group_id = bytes_of(&group_id)?;
    Ok(text(&store.run(move |store| store.messages(&group_id, since.after)).await?))
}

async fn welcome(State(store): State<Shared>, body: Bytes) -> Result<StatusCode, Answer> {
    store.run(move |store| store.welcome(&body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn welcomes(State(store): State<Shared>, Query(whose): Query<Whose>) -> Result<String, Answer> {
    let client = bytes_of(&whose.client)?;
    Ok(text(&store.run(move |store| store.welcomes(&client, whose.after)).await?))
}

async fn put_group_info(
    State(store): State<Shared>,
    Path(group_id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Answer> {
    let group_id = bytes_of(&group_id)?;
    store.run(move |store| store.put_group_info(&group_id, &body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn group_info(State(store): State<Shared>, Path(group_id): Path<String>) -> Result<Response, Answer> {
    let group_id = bytes_of(&group_id)?;
    Ok(found(store.run(move |store| store.group_info(&group_id)).await?))
}

fn found(bytes: Option<Vec<u8>>) -> Response {
    bytes.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

fn bytes_of(hex: &str) -> Result<Vec<u8>, Answer> {
    base16ct::mixed::decode_vec(hex)
        .map_err(|_| Answer(StatusCode::BAD_REQUEST, format!("{hex:?} is not an even number of hexadecimal digits")))
}

fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for Line { position, bytes } in lines {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{position} {}", base16ct::lower::encode_string(bytes));
    }
    text
}
