//! How much memory a process needs at most that joins a group and speaks in it: one process a library.
//!
//! The host stays outside, in this process; what passes between the two has its length in front.

use std::{
    env, fs,
    io::{Read, Write, stdin, stdout},
    process::{Command, Stdio},
};

use openmls::prelude::KeyPackage;
use openmls_rust_crypto::OpenMlsRustCrypto;

use crate::{
    cases::Bench,
    mls_rs_side::mls_rs,
    open_mls::Party,
    ours::Ours,
    side::Side,
    work::TEXT,
    world::{self, PAST_EPOCHS},
};

/// The argument that makes a process a member. The library follows, and how many messages there are.
pub(crate) const MEMBER: &str = "--member";

const LIBRARIES: [&str; 3] = ["mlskit", "OpenMLS", "mls-rs"];

pub(crate) fn memory(bench: &mut Bench) {
    if !cfg!(target_os = "linux") {
        println!("\nPeak memory is measured on Linux only.");
        return;
    }
    let (members, messages) = (bench.scale.large(), bench.scale.batch);
    let found = LIBRARIES.map(|library| of_one(library, &bench.crowd, members, messages));
    let cells = |index: usize| found.map(|one| format!("{:.1}", one[index] / 1024.0)).join(" | ");
    println!("\n| peak memory of a process, MiB | mlskit | OpenMLS | mls-rs |\n|---|---|---|---|");
    println!("| with a key package | {} |", cells(0));
    println!(
        "| … in a group of {members}: joined, {PAST_EPOCHS} commits processed, {messages} messages decrypted and \
         {messages} encrypted | {} |",
        cells(1)
    );
}

/// Kilobytes before the joining, and in all.
fn of_one(library: &str, crowd: &[KeyPackage], members: usize, messages: usize) -> [f64; 2] {
    let mut host = world::host(crowd, members - 1);
    let mut child = Command::new(env::current_exe().unwrap())
        .args([MEMBER, library, &messages.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut to, mut from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    put(&mut to, &host.invite(&world::unframe(&get(&mut from)), true));
    (0..PAST_EPOCHS).for_each(|_| put(&mut to, &host.commit()));
    (0..messages).for_each(|_| put(&mut to, &host.encrypt(&TEXT, 1).1));
    let found = [(); 2].map(|()| String::from_utf8(get(&mut from)).unwrap().parse().unwrap());
    assert!(child.wait().unwrap().success());
    found
}

/// The other end.
pub(crate) fn member() {
    let arguments: Vec<_> = env::args().skip_while(|argument| argument != MEMBER).collect();
    let messages = arguments[2].parse().unwrap();
    let mut side: Box<dyn Side> = match arguments[1].as_str() {
        "mlskit" => Box::new(Ours::new(PAST_EPOCHS)),
        "OpenMLS" => Box::new(Party::new("OpenMLS", PAST_EPOCHS, OpenMlsRustCrypto::default())),
        "mls-rs" => Box::new(mls_rs(PAST_EPOCHS)),
        other => panic!("{other} is no library"),
    };
    let (mut from, mut to) = (stdin().lock(), stdout().lock());
    put(&mut to, &world::frame(&side.publish()));
    let before = peak();
    side.join(&get(&mut from));
    for _ in 0..PAST_EPOCHS {
        side.process(&get(&mut from));
    }
    let received: Vec<_> = (0..messages).map(|_| get(&mut from)).collect();
    assert_eq!(side.decrypt(&received).1, TEXT);
    side.encrypt(&TEXT, messages);
    [before, peak()].iter().for_each(|kilobytes| put(&mut to, kilobytes.as_bytes()));
}

/// The most that this process ever held, in kilobytes.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").to_owned()
}

fn put(to: &mut impl Write, bytes: &[u8]) {
    to.write_all(&u32::try_from(bytes.len()).unwrap().to_be_bytes()).unwrap();
    to.write_all(bytes).unwrap();
    to.flush().unwrap();
}

fn get(from: &mut impl Read) -> Vec<u8> {
    let mut length = [0; 4];
    from.read_exact(&mut length).unwrap();
    let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
    from.read_exact(&mut bytes).unwrap();
    bytes
}
