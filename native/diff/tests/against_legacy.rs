//! Random pairs of texts, diffed here and by the installed Mercurial.

use amalgam_diff::{Content, DiffOptions, FileChange, Side, file_diff};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::io::Write;
use std::process::{Command, Stdio};

/// One question: two texts and how they are to be compared.
#[derive(Debug, Clone)]
struct Question {
    letters: String,
    context: usize,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    path: &'static str,
}

/// Lines of which many are alike, so that matches compete; some are white space, some have odd ends.
fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "c", "d", "}", "{", "int f()", "$x", "_y", "  a", "a  b", "a b"]),
        2 => prop::sample::select(vec!["", "", " ", "\t", "a \t", "\r", "a\r", "\u{c}", "é à la ligne, longue et plus longue encore"]),
    ]
    .prop_map(|text| [text.as_bytes(), b"\n"].concat())
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop_oneof![Just(0..1), Just(0..8), Just(0..60), Just(300..500)];
    (lines.prop_flat_map(|size| prop::collection::vec(line(), size)), any::<bool>()).prop_map(|(lines, ended)| {
        let mut text = lines.concat();
        if !ended {
            text.pop();
        }
        text
    })
}

/// A text and what some edits made of it.
fn pair() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let edited = (text(), prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, text()), 0..6)).prop_map(
        |(old, edits)| {
            let mut lines: Vec<Vec<u8>> = old.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
            for (at, removed, mut added) in edits {
                added.truncate(40);
                let at = at.index(lines.len() + 1);
                let end = (at + removed).min(lines.len());
                lines.splice(at..end, added.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec));
            }
            (old, lines.concat())
        },
    );
    prop_oneof![3 => edited, 1 => (text(), text())]
}

fn question() -> impl Strategy<Value = Question> {
    let letters = prop::sample::subsequence(vec!["g", "n", "p", "w", "b", "B", "Z"], 0..4);
    let context = prop_oneof![Just(3usize), 0..6usize, Just(1000)];
    (pair(), letters, context, 0..12u8, prop::sample::select(vec!["f", "a b"])).prop_map(
        |((old, new), letters, context, gone, path)| Question {
            letters: letters.concat(),
            context,
            old: (gone != 0).then_some(old),
            new: (gone != 1).then_some(new),
            path,
        },
    )
}

fn ours(question: &Question) -> Vec<u8> {
    let has = |letter| question.letters.contains(letter);
    let options = DiffOptions {
        context: question.context,
        git: has('g'),
        no_dates: has('n'),
        show_function: has('p'),
        ignore_space: has('w'),
        ignore_space_change: has('b'),
        ignore_blank_lines: has('B'),
        ignore_space_at_eol: has('Z'),
        ..DiffOptions::default()
    };
    let path = question.path.as_bytes();
    let revisions = ["0".repeat(12)];
    let change = FileChange {
        old: question.old.as_deref().map(|content| Side { path, content, flags: 0, date: b"old date" }),
        new: question.new.as_deref().map(|content| Side { path, content, flags: 0, date: b"new date" }),
        origin: Content::Own,
        revisions: &revisions,
    };
    let diff = file_diff(&change, &options).expect("text");
    // The first lines are the caller's of the function that the oracle calls.
    let header = diff.header;
    let from = header.windows(4).position(|window| window == b"--- ").unwrap_or(header.len());
    [&header[from..], &diff.body].concat()
}

fn theirs(questions: &[Question]) -> Vec<Vec<u8>> {
    let mut input = Vec::new();
    let mut field = |bytes: &[u8]| {
        input.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        input.extend_from_slice(bytes);
    };
    for question in questions {
        field(question.letters.as_bytes());
        field(question.context.to_string().as_bytes());
        for (side, date) in [(&question.old, "old date"), (&question.new, "new date")] {
            field(if side.is_some() { b"1" } else { b"" });
            field(side.as_deref().unwrap_or_default());
            field(date.as_bytes());
        }
        field(question.path.as_bytes());
    }
    let mut child = Command::new(amalgam_testkit::legacy_python())
        .args(["-c", include_str!("oracle.py")])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter of the installed hg runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the oracle answers");
    writer.join().expect("the writer ends").expect("the oracle listens");
    assert!(output.status.success());
    let mut rest = output.stdout.as_slice();
    let mut answers = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (answer, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        answers.push(answer.to_vec());
        rest = after;
    }
    answers
}

fn cases() -> usize {
    std::env::var("AMALGAM_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

#[test]
fn random_texts() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let questions: Vec<Question> =
        (0..cases()).map(|_| question().new_tree(&mut runner).expect("a question").current()).collect();
    let answers = theirs(&questions);
    assert_eq!(answers.len(), questions.len());
    for (question, answer) in questions.iter().zip(&answers) {
        let ours = ours(question);
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(answer), "{question:?}");
    }
}

/// Popular lines and the window over long regions decide here.
#[test]
fn long_texts() {
    let numbered = |count: usize, step: usize| -> Vec<u8> {
        (0..count)
            .flat_map(|at| format!("{}\n", if at % step == 0 { 7 } else { at * 2_654_435 % 9_999 }).into_bytes())
            .collect()
    };
    let sizes = [(2_000, 3, 2_100, 4), (40_000, 5, 39_000, 7), (33_000, 2, 33_500, 2), (70_000, 50, 64_000, 49)];
    let questions: Vec<Question> = sizes
        .map(|(old, old_step, new, new_step)| Question {
            letters: String::new(),
            context: 3,
            old: Some(numbered(old, old_step)),
            new: Some(numbered(new, new_step)),
            path: "f",
        })
        .to_vec();
    for (question, answer) in questions.iter().zip(theirs(&questions)) {
        assert!(ours(question) == answer, "{} and {} lines", sizes.len(), answer.len());
    }
}
