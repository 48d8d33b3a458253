//! Obsolescence markers compared with what the installed Mercurial prints of them, in both versions.

use amalgam_formats::obsstore;
use amalgam_testkit::{Sandbox, Server};

const TEMPLATE: &str = "{prednode} {join(succnodes, ',')} {flag} {date|hgdate} {join(parentnodes, ',')}|\
                        {metadata % '{key}={value};'}\\n";

fn compare(version: &str) {
    let sandbox = Sandbox::init();
    let settings = ["experimental.evolution=all", version];
    let mut hg = Server::start(&sandbox, sandbox.root(), &settings);
    for name in ["a", "b", "c"] {
        sandbox.write(name, name);
        hg.ok(&["commit", "-q", "-A", "-m", name]);
        hg.ok(&["commit", "-q", "--amend", "-m", &format!("{name} amended")]);
    }
    let hex = |digit: char| digit.to_string().repeat(40);
    hg.ok(&["debugobsolete", "-d", "12 -3600", "-u", "Ünï", &hex('1')]);
    hg.ok(&["debugobsolete", "--flags", "1", "-d", "0 0", &hex('2'), &hex('3'), &hex('4'), &hex('5')]);
    let known = String::from_utf8(hg.ok(&["log", "-r", "1", "-T", "{node}"])).expect("hex");
    hg.ok(&["debugobsolete", "--record-parents", "-d", "0 0", &known, &hex('6')]);
    let mut theirs = String::from_utf8(hg.ok(&["debugobsolete", "-T", TEMPLATE])).expect("UTF-8");
    let file = sandbox.read(".hg/store/obsstore");
    assert_eq!(format!("format.obsstore-version={}", file[0]), version);
    let markers = obsstore::parse(&file).expect("markers");
    assert_eq!(markers.len(), 6);
    let list = |nodes: &[amalgam_types::Node]| nodes.iter().map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let mut ours = String::new();
    for marker in markers {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut metadata: Vec<String> =
            marker.metadata.iter().map(|(k, v)| format!("{}={};", text(k), text(v))).collect();
        metadata.sort();
        ours += &format!(
            "{} {} {:X} {} {} {}|{}\n",
            marker.predecessor,
            list(&marker.successors),
            marker.flags,
            marker.date.0.trunc(),
            marker.date.1,
            list(marker.parents.as_deref().unwrap_or_default()),
            metadata.concat()
        );
    }
    theirs = theirs.replace("'", "");
    assert_eq!(theirs, ours);
}

#[test]
fn version_1() {
    compare("format.obsstore-version=1");
}

#[test]
fn version_0() {
    compare("format.obsstore-version=0");
}
