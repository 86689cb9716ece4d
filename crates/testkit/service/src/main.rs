//! `mlskit-service <database> <address>`: serves until it is stopped. Port 0 takes any; the first line printed is the
//! address.

use std::{error::Error, io::Write, path::PathBuf};

use mlskit_service::{Store, router};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(database), Some(address)) = (arguments.next(), arguments.next()) else {
        return Err("usage: mlskit-service <database> <address, such as 127.0.0.1:8080>".into());
    };
    let store = Store::open(&PathBuf::from(database))?;
    let listener = TcpListener::bind(address.to_str().ok_or("the address is not UTF-8")?).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    axum::serve(listener, router(store)).with_graceful_shutdown(stopped()).await?;
    Ok(())
}

/// A second Ctrl-C ends the process as usual.
async fn stopped() {
    // Where signals can't be waited for the service runs until it is killed, which its store survives.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
