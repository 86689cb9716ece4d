//! The member in Rust.

use std::{
    io::{self, BufRead, Write},
    str::FromStr,
};

use mlskit::DatabaseKey;
use mlskit_languages::{Member, Outcome};
use mlskit_service::client::Service;

fn main() -> Outcome {
    smol::block_on(async {
        let mut member = None;
        for command in io::stdin().lock().lines() {
            let answer = answer(&mut member, &command?).await;
            let mut out = io::stdout().lock();
            match answer {
                Ok(answer) => writeln!(out, "{}", format!("ok {answer}").trim_end())?,
                Err(error) => writeln!(out, "error {}", error.to_string().replace('\n', " "))?,
            }
            out.flush()?;
        }
        Ok(())
    })
}

async fn answer(member: &mut Option<Member>, command: &str) -> Outcome<String> {
    let Some(arguments) = command.strip_prefix("open ") else {
        return member.as_mut().ok_or("nothing is open")?.answer(command).await;
    };
    let [path, key, name, address] = arguments.split(' ').collect::<Vec<_>>()[..] else {
        return Err("open takes a path, a key, a name and an address".into());
    };
    let key = DatabaseKey::from_bytes(base16ct::mixed::decode_vec(key).map_err(|error| error.to_string())?)?;
    *member = Some(Member::open(path, key, name, Service::at(String::from_str(address)?)).await?);
    Ok(String::new())
}
