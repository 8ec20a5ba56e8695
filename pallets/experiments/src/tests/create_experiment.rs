use crate::{mock::*, Error, Event, NextExperiment};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use nocknock_primitives::{experiment::Description, ids::ExperimentId};
use sp_runtime::TokenError;

#[test]
fn an_experiment_belongs_to_its_creator_and_is_active() {
    build_and_execute(|| {
        System::set_block_number(5);
        assert_ok!(Experiments::create_experiment(by(ALICE), about_digits(), None));
        let made = experiment(0);
        assert_eq!((made.owner, made.created_at), (ALICE, 5));
        assert_eq!(made.description, about_digits());
        assert!(!made.archived && made.champion.is_none() && made.versions == 0);
        assert_eq!(made.encoding, None);
        let deposit = BASE + 27 * BYTE;
        assert_eq!(Experiments::held(&ALICE), deposit);
        assert_last(Event::ExperimentCreated { experiment: 0, owner: ALICE, deposit });
    });
}

#[test]
fn numbers_are_consecutive_over_all_owners() {
    build_and_execute(|| {
        assert_eq!([created(ALICE), created(BOB), created(ALICE)], [0, 1, 2]);
        assert_eq!(Experiments::held(&ALICE), 2 * Experiments::held(&BOB));
    });
}

#[test]
fn who_cannot_pay_the_deposit_creates_nothing() {
    build_and_execute(|| {
        assert_noop!(
            Experiments::create_experiment(by(DAVE), short(), None),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn nobody_creates_an_experiment_unsigned() {
    build_and_execute(|| {
        assert_noop!(
            Experiments::create_experiment(RuntimeOrigin::none(), short(), None),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}

fn refused(description: Description, error: Error<Test>) {
    assert_noop!(Experiments::create_experiment(by(ALICE), description, None), error);
}

fn bytes<const N: u32>(bytes: &[u8]) -> nocknock_primitives::limits::Text<N> {
    BoundedVec::truncate_from(bytes.to_vec())
}

#[test]
fn unreadable_names_and_texts_are_refused() {
    build_and_execute(|| {
        let named = |name: &[u8]| Description { name: bytes(name), ..short() };
        refused(named(b""), Error::BlankName);
        refused(named(b" \t"), Error::BlankName);
        refused(named(b"a\nb"), Error::ControlCharacter);
        refused(named("Digits\u{202e}".as_bytes()), Error::ControlCharacter);
        refused(named("Di\u{200b}gits".as_bytes()), Error::ControlCharacter);
        refused(named(&[0xc3]), Error::NotUtf8);
        let text = bytes(&[b'a', 0xff]);
        refused(Description { text, ..short() }, Error::NotUtf8);
        for text in ["a\u{1b}[2J", "a\tb", "a\r\nb", "a\n\u{2066}b", "\u{feff}a"] {
            let text = bytes(text.as_bytes());
            refused(Description { text, ..short() }, Error::ControlCharacter);
        }
    });
}

#[test]
fn a_text_may_have_several_lines() {
    build_and_execute(|| {
        let text = bytes("8×8 pixels\n\n10 classes\n".as_bytes());
        let description = Description { text, ..short() };
        assert_ok!(Experiments::create_experiment(by(ALICE), description, None));
    });
}

#[test]
fn tags_that_are_not_normal_or_not_unique_are_refused() {
    build_and_execute(|| {
        let tagged = |tags: &[&[u8]]| Description {
            tags: BoundedVec::truncate_from(tags.iter().map(|tag| bytes(tag)).collect()),
            ..short()
        };
        refused(tagged(&[b""]), Error::BadTag);
        refused(tagged(&[b"uci", b"UCI"]), Error::BadTag);
        refused(tagged(&["größe".as_bytes()]), Error::BadTag);
        refused(tagged(&[b"a", b"b", b"a"]), Error::DuplicateTag);
    });
}

#[test]
fn no_number_is_used_twice_even_at_the_end_of_numbers() {
    // The numbers before were never given, so this state does not fulfil the invariants.
    new_test_ext().execute_with(|| {
        NextExperiment::<Test>::put(ExperimentId::MAX);
        refused(short(), Error::TooManyExperiments);
    });
}
