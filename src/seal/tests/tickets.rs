//! Tests of tickets: each good for its payload, its audience and its time.

use std::time::Duration;

use super::*;

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Letter {
    to: String,
}

/// The same fields for another purpose.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Parcel {
    to: String,
}

impl Payload for Letter {
    const PURPOSE: Purpose = Purpose::Code;
}

impl Payload for Parcel {
    const PURPOSE: Purpose = Purpose::KeyOffer;
}

const MINUTE: Duration = Duration::from_secs(60);

fn letter() -> Letter {
    Letter { to: "größe".into() }
}

#[test]
fn a_ticket_is_good_until_its_end() {
    let tickets: Ticket<Letter> = Ticket::new(&SealingKeys::random(), AUDIENCE);
    assert_eq!(tickets.redeem(&tickets.issue(&letter(), MINUTE)), Ok(letter()));
    assert_eq!(tickets.redeem(&tickets.issue_for_ever(&letter())), Ok(letter()));
    for over in [
        tickets.issue(&letter(), Duration::ZERO),
        tickets.issue_until(&letter(), 1),
        tickets.issue_until(&letter(), 0),
    ] {
        assert_eq!(tickets.redeem(&over), Err(TicketError::Expired));
        let opened = tickets.open(&over).unwrap();
        assert!(opened.is_over() && opened.payload == letter());
    }
    let opened = tickets.open(&tickets.issue_until(&letter(), u64::MAX)).unwrap();
    assert!(!opened.is_over() && opened.end == Some(u64::MAX));
}

#[test]
fn a_ticket_of_the_same_form_for_another_purpose_is_refused() {
    let keys = SealingKeys::random();
    let (letters, parcels) = (Ticket::<Letter>::new(&keys, AUDIENCE), Ticket::new(&keys, AUDIENCE));
    let parcel = parcels.issue(&Parcel { to: "größe".into() }, MINUTE);
    assert_eq!(letters.redeem(&parcel), Err(TicketError::Refused));
    assert_eq!(parcels.redeem(&letters.issue(&letter(), MINUTE)), Err(TicketError::Refused));
}

#[test]
fn a_ticket_of_another_audience_key_or_form_is_refused() {
    let keys = SealingKeys::random();
    let tickets: Ticket<Letter> = Ticket::new(&keys, AUDIENCE);
    let elsewhere: Ticket<Letter> = Ticket::new(&keys, "https://mcp.example.org");
    assert_eq!(tickets.redeem(&elsewhere.issue(&letter(), MINUTE)), Err(TicketError::Refused));
    let other_keys: Ticket<Letter> = Ticket::new(&SealingKeys::random(), AUDIENCE);
    assert_eq!(tickets.redeem(&other_keys.issue(&letter(), MINUTE)), Err(TicketError::UnknownKey));
    let sealer = keys.sealer(Letter::PURPOSE, AUDIENCE);
    for form in ["", "{}", "{\"to\":\"bare\"}", "{\"is\":{}}", "{\"exp\":-1,\"is\":{\"to\":\"x\"}}"]
    {
        assert_eq!(
            tickets.redeem(&sealer.seal(form.as_bytes())),
            Err(TicketError::Refused),
            "{form}"
        );
    }
    assert_eq!(tickets.redeem("nonsense"), Err(TicketError::Refused));
}

#[test]
fn a_ticket_s_kind_prints_nothing() {
    let tickets: Ticket<Letter> = Ticket::new(&SealingKeys::random(), AUDIENCE);
    assert_eq!(format!("{:?}", tickets.clone()), "Ticket(redacted)");
}
