//! Those who use the server, each in one way.

use std::{io, thread, time::Duration};

use crate::{
    Load,
    behaviours::{BEHAVIOURS, Behaviour},
    connection::{Answer, Connection},
    kinds::KINDS,
    maker::Maker,
    shot::{Expected, Shot},
};

/// One of the clients.
pub(crate) struct Client<'a> {
    pub(crate) load: &'a Load,
    behaviour: usize,
    pub(crate) maker: Maker<'a>,
}

impl<'a> Client<'a> {
    /// All of them.
    pub(crate) fn all(load: &'a Load) -> impl Iterator<Item = Client<'a>> {
        let of_each = |(behaviour, row): (usize, &Behaviour)| vec![behaviour; row.connections];
        let behaviours = BEHAVIOURS.iter().enumerate().flat_map(of_each);
        let clients = behaviours.enumerate();
        clients.map(|(number, behaviour)| Client::new(load, behaviour, number))
    }

    /// The one with this number, whose behaviour has a place in the table.
    pub(crate) fn new(load: &'a Load, behaviour: usize, number: usize) -> Self {
        Self {
            load,
            behaviour,
            maker: Maker::new(&load.keys, number),
        }
    }

    /// Goes on until everyone is asked to stop.
    pub(crate) fn run(&mut self) {
        let row = &BEHAVIOURS[self.behaviour];
        while !self.load.tally.is_stopped() {
            pause(500);
            self.load.tally.round(self.behaviour);
            if let Err(error) = (row.round)(self) {
                let tally = &self.load.tally;
                tally.fault(&tally.broken, &format!("{}: {error}", row.name));
            }
        }
    }

    pub(crate) fn open(&self) -> io::Result<Connection> {
        Connection::open(self.load.server)
    }

    pub(crate) fn judge(&self, shot: &Shot, answer: &Answer) {
        let name = BEHAVIOURS[self.behaviour].name;
        self.load.tally.judge(name, shot, answer, &self.load.keys);
    }

    /// Takes the answer, and says whether another may follow.
    pub(crate) fn take(&self, connection: &mut Connection, shot: &Shot) -> io::Result<bool> {
        let taken = self.take_any(connection, shot);
        taken.map_err(|error| io::Error::other(format!("{}: {error}", KINDS[shot.kind].name)))
    }

    fn take_any(&self, connection: &mut Connection, shot: &Shot) -> io::Result<bool> {
        let answer = connection.answer()?;
        self.judge(shot, &answer);
        let closes = answer.closes();
        if shot.closes().is_some_and(|expected| expected != closes) && !shot.is_uncertain(&self.load.keys) {
            return Err(io::Error::other(format!(
                "whether the server closes after it: {closes}"
            )));
        }
        // actix does not say so when it closes after an error.
        let is_end = closes || matches!(shot.expected, Expected::Other(_));
        let ended = if is_end { connection.end() } else { Ok(()) };
        // Else the server may have closed while the body was on its way.
        if !shot.is_refused_early() {
            ended?;
        }
        Ok(!is_end)
    }

    /// As [`take`](Self::take). If a token died meanwhile, its request was refused, and those after it may have got no
    /// answer.
    pub(crate) fn take_pipelined(&self, connection: &mut Connection, shot: &Shot) -> io::Result<bool> {
        let taken = self.take(connection, shot);
        if taken.is_err() && shot.is_uncertain(&self.load.keys) {
            self.load.tally.uncertain(shot);
            return Ok(false);
        }
        taken
    }
}

/// Waits for up to so many milliseconds.
pub(crate) fn pause(at_most: u64) {
    thread::sleep(Duration::from_millis(fastrand::u64(..at_most)));
}
