//! SIGTERM, which `systemctl stop` sends: the process ends well whatever its sources of keys do. That what is under way
//! is answered: `behaviour::connections::shutdown`.

use support::{
    ed25519::FIRST,
    key_server::{Behaviour, KeyServer, Reply},
    oct,
};

use crate::{QUICKSTART, process::Process};

#[test]
fn while_keys_are_fetched() {
    let keys = Reply::new(200, oct::set_of(&[FIRST.jwk()]));
    for behaviour in [
        keys.clone().into(),
        Behaviour::Hang,
        Behaviour::DripBody(keys.clone()),
        Behaviour::Close,
    ] {
        let source = KeyServer::start(keys.clone());
        let vars = [
            ("APPROOV_JWKS_URL", source.url()),
            ("APPROOV_JWKS_REFRESH_SECONDS", "1".to_owned()),
        ];
        let vars = vars.each_ref().map(|(name, value)| (*name, value.as_str()));
        let server = Process::serve(QUICKSTART, &vars, None);
        source.set(behaviour.clone());
        source.wait_for_more(1);
        server.terminate();
        assert_eq!(server.exit_code(), Some(0), "{behaviour:?}");
    }
}
