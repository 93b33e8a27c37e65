//! What clients do with a connection.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use crate::{
    client::{Client, pause},
    kinds::Body,
    shot::{Expected, Shot},
};

/// What a client does over and over.
pub(crate) struct Behaviour {
    pub(crate) name: &'static str,
    /// So many clients do it at the same time.
    pub(crate) connections: usize,
    pub(crate) round: fn(&mut Client<'_>) -> io::Result<()>,
}

const fn behaviour(name: &'static str, connections: usize, round: fn(&mut Client<'_>) -> io::Result<()>) -> Behaviour {
    Behaviour {
        name,
        connections,
        round,
    }
}

/// 200 connections at a time.
pub(crate) const BEHAVIOURS: [Behaviour; 11] = [
    behaviour("one after the other", 74, one_after_the_other),
    behaviour("a connection each", 36, a_connection_each),
    behaviour("pipelined", 30, pipelined),
    behaviour("head byte for byte", 16, head_byte_for_byte),
    behaviour("body in drips", 16, body_in_drips),
    behaviour("broken off", 8, broken_off),
    behaviour("gone before the answer", 6, gone_before_the_answer),
    behaviour("half closed", 4, half_closed),
    behaviour("half closed in the body", 4, half_closed_in_the_body),
    behaviour("silent in the head", 3, silent_in_the_head),
    behaviour("silent after the answer", 3, silent_after_the_answer),
];

const KEEP: &str = "keep-alive";
const CLOSE: &str = "close";

/// actix waits for the head of the first request for five seconds.
const SLOW: Duration = Duration::from_millis(2500);
/// After this it may have given up: this thread had to wait for a processor.
const TOO_SLOW: Duration = Duration::from_millis(4500);

/// The same connection for many requests.
fn one_after_the_other(client: &mut Client<'_>) -> io::Result<()> {
    let mut connection = client.open()?;
    for _ in 0..fastrand::usize(10..300) {
        let shot = client.maker.draw(KEEP);
        if connection.is_stale() {
            connection = client.open()?;
        }
        shot.send(&mut connection)?;
        if !client.take(&mut connection, &shot)? {
            connection = client.open()?;
        }
        if client.load.tally.is_stopped() {
            break;
        }
        pause(150);
    }
    Ok(())
}

/// One request, and then the server must close.
pub(crate) fn a_connection_each(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw(CLOSE);
    let mut connection = client.open()?;
    shot.send(&mut connection)?;
    client.take(&mut connection, &shot).map(drop)
}

/// Several requests at once. One that may close is the last. None is large: actix closes too early if it answers one
/// request while it has only a part of the body of a later one, so all must arrive as they were sent, at once.
fn pipelined(client: &mut Client<'_>) -> io::Result<()> {
    let mut connection = client.open()?;
    for _ in 0..fastrand::usize(1..10) {
        let mut shots = Vec::new();
        while shots.len() < fastrand::usize(2..16)
            && shots.last().is_none_or(|shot: &Shot| shot.closes() == Some(false))
        {
            shots.push(client.maker.draw_with(KEEP, &[Body::None, Body::Small]));
        }
        if connection.is_stale() {
            connection = client.open()?;
        }
        connection.send(&shots.iter().flat_map(|shot| shot.bytes.clone()).collect::<Vec<_>>())?;
        for shot in &shots {
            if !client.take_pipelined(&mut connection, shot)? {
                return Ok(());
            }
        }
        pause(900);
    }
    Ok(())
}

/// Over seconds, but soon enough.
fn head_byte_for_byte(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw_with(CLOSE, &[Body::None, Body::Small]);
    let mut connection = client.open()?;
    let (head, body) = shot.bytes.split_at(shot.head_length());
    let each = SLOW / u32::try_from(head.len()).unwrap_or(u32::MAX);
    let start = Instant::now();
    for (sent, byte) in (1u32..).zip(head) {
        if connection.age() > TOO_SLOW {
            client.load.tally.uncertain(&shot);
            return Ok(());
        }
        connection.send(&[*byte])?;
        thread::sleep((each * sent).saturating_sub(start.elapsed()));
    }
    connection.send(body)?;
    client.take(&mut connection, &shot).map(drop)
}

/// Over seconds too. Who is refused for the head need not send the rest.
fn body_in_drips(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw_with(CLOSE, &[Body::Small]);
    let mut connection = client.open()?;
    let (head, body) = shot.bytes.split_at(shot.head_length());
    connection.send(head)?;
    for drip in body.chunks(body.len().div_ceil(12)) {
        if connection.is_answered_within(Duration::from_millis(fastrand::u64(1..400)))? {
            break;
        }
        connection.send(drip)?;
    }
    client.take(&mut connection, &shot).map(drop)
}

/// In the middle of a head or a body.
fn broken_off(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw(KEEP);
    let mut connection = client.open()?;
    connection.send(&shot.bytes[..fastrand::usize(..shot.bytes.len())])?;
    pause(100);
    Ok(())
}

/// Several requests whose answers nobody reads. The system resets the connection.
fn gone_before_the_answer(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw_with(KEEP, &[Body::None]);
    let mut connection = client.open()?;
    for _ in 0..fastrand::usize(1..10) {
        connection.send(&shot.bytes)?;
    }
    pause(20);
    Ok(())
}

/// Between two requests, so the first is answered; or in a head, so that there is no answer.
fn half_closed(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw_with(KEEP, &[Body::None, Body::Small]);
    let mut connection = client.open()?;
    if fastrand::bool() {
        connection.send(&shot.bytes)?;
        connection.half_close()?;
        let answer = connection.answer()?;
        client.judge(&shot, &answer);
    } else {
        connection.send(&shot.bytes[..fastrand::usize(..shot.head_length() - 4)])?;
        connection.half_close()?;
    }
    connection.expect_end()
}

/// Nobody is let in with half a body. A signature does not fit it; without one, the handler's argument complains.
fn half_closed_in_the_body(client: &mut Client<'_>) -> io::Result<()> {
    let mut shot = client.maker.draw_with(KEEP, &[Body::Small]);
    let mut connection = client.open()?;
    connection.send(&shot.bytes[..shot.bytes.len() - 1])?;
    connection.half_close()?;
    if matches!(shot.expected, Expected::LetIn(_)) {
        let is_signed = shot.bytes.starts_with(b"POST /message-signing");
        shot.expected = if is_signed {
            Expected::Refused
        } else {
            Expected::Other(400)
        };
    }
    let answer = connection.answer()?;
    client.judge(&shot, &answer);
    connection.expect_end()
}

/// actix answers that it waited long enough.
fn silent_in_the_head(client: &mut Client<'_>) -> io::Result<()> {
    let mut shot = client.maker.draw_with(KEEP, &[Body::None]);
    let mut connection = client.open()?;
    connection.send(&shot.bytes[..fastrand::usize(1..shot.head_length() - 4)])?;
    shot.expected = Expected::Other(408);
    let answer = connection.answer()?;
    client.judge(&shot, &answer);
    connection.expect_end()
}

/// actix closes without a word.
fn silent_after_the_answer(client: &mut Client<'_>) -> io::Result<()> {
    let shot = client.maker.draw_with(KEEP, &[Body::None]);
    let mut connection = client.open()?;
    shot.send(&mut connection)?;
    client.take(&mut connection, &shot)?;
    connection.expect_end()
}
