//! Admission of a project: both tenants answer for it before anything is written.

use std::time::Duration;

use futures::{StreamExt, stream};
use longhaul_core::Code;
use longhaul_core::code::BAD_VALUE;
use longhaul_store::records::{MailboxRecord, ProjectRecord, Side};

use super::context::Context;
use super::folders::read_root;
use super::trouble::Trouble;
use super::{Detail, Refusal, RefusalKind};
use crate::project::Spec;

/// Tries of a mailbox that the service asks us to wait for.
const TRIES: u32 = 4;
/// A longer wait is reported instead of waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The records of a project whose tenants and mailboxes have all answered.
///
/// It only reads; cut off anywhere it has changed nothing.
pub(super) async fn admit(
    context: &Context,
    spec: Spec,
) -> Result<(ProjectRecord, Vec<MailboxRecord>), Refusal> {
    let mistakes: Vec<Detail> = spec
        .check()
        .into_iter()
        .map(|mistake| Detail::new(mistake.code, mistake.key, mistake.text))
        .collect();
    if let Some(first) = mistakes.first() {
        let text = format!("the project has {} mistakes", mistakes.len());
        return Err(Refusal::new(RefusalKind::Invalid, first.code, text).with(mistakes));
    }
    let now = context.store.now().await?;
    let (project, mailboxes) = spec.into_records(now).ok_or_else(|| {
        Refusal::new(RefusalKind::Invalid, BAD_VALUE, "the project is not complete")
    })?;
    let (source, destination) = tokio::join!(
        probe(context, &project, &mailboxes, Side::Source),
        probe(context, &project, &mailboxes, Side::Destination),
    );
    let found: Vec<Found> = source.into_iter().chain(destination).collect();
    if found.is_empty() { Ok((project, mailboxes)) } else { Err(refusal(found)) }
}

/// Something that keeps a project from being admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    place: String,
    trouble: Trouble,
}

/// Looks at every mailbox of a side. The first one alone: if it shows that the tenant cannot be
/// reached at all, the others would only say the same.
async fn probe(
    context: &Context,
    project: &ProjectRecord,
    mailboxes: &[MailboxRecord],
    side: Side,
) -> Vec<Found> {
    let Some((first, others)) = mailboxes.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let Err(mut trouble) = look(context, project, first, side).await {
        if is_about_the_tenant(trouble.code) || trouble.is_unreachable() {
            // It is not the mailbox's fault: the sentence is the tenant's.
            let own = format!("{}: ", place(first, side));
            trouble.text = trouble.text.trim_start_matches(&own).to_owned();
            return vec![Found { place: format!("{side} tenant"), trouble }];
        }
        found.push(Found { place: place(first, side), trouble });
    }
    let looks = stream::iter(others.to_vec())
        .map(|mailbox| async move {
            let looked = look(context, project, &mailbox, side).await;
            looked.err().map(|trouble| Found { place: place(&mailbox, side), trouble })
        })
        .buffered(context.options.probes);
    let rest: Vec<Option<Found>> = looks.collect().await;
    found.extend(rest.into_iter().flatten());
    summed_up(found, mailboxes.len(), side)
}

fn place(mailbox: &MailboxRecord, side: Side) -> String {
    let address = match side {
        Side::Source => &mailbox.source,
        Side::Destination => &mailbox.destination,
    };
    format!("{side} mailbox {address}")
}

async fn look(
    context: &Context,
    project: &ProjectRecord,
    mailbox: &MailboxRecord,
    side: Side,
) -> Result<(), Trouble> {
    let (mailbox, place) = context.mailbox(project, mailbox, side)?;
    let mut tries = 1;
    loop {
        let Err(trouble) = read_root(&mailbox, &place).await else {
            return Ok(());
        };
        let wait = trouble.hint.unwrap_or_default().max(Duration::from_secs(1));
        let worthwhile = trouble.passing && !trouble.is_unreachable();
        if !worthwhile || tries == TRIES || wait > PATIENCE {
            return Err(trouble);
        }
        tries += 1;
        tokio::time::sleep(wait).await;
    }
}

/// Codes of the endpoint, not of a mailbox: secrets and tokens.
fn is_about_the_tenant(code: Code) -> bool {
    use longhaul_core::code as c;
    [
        c::BAD_VALUE,
        c::SECRET_UNREADABLE,
        c::CREDENTIAL_REFUSED,
        c::AUTHORITY_UNREACHABLE,
        c::TENANT_UNKNOWN,
        c::BAD_CERTIFICATE,
        c::BAD_TOKEN_ANSWER,
        c::EWS_UNREACHABLE,
        c::EWS_UNAUTHORISED,
    ]
    .contains(&code)
}

/// Says once what every mailbox of a side says: it is the tenant's.
fn summed_up(found: Vec<Found>, mailboxes: usize, side: Side) -> Vec<Found> {
    let Some(first) = found.first() else {
        return found;
    };
    let all_alike = found.len() == mailboxes
        && mailboxes > 1
        && found.iter().all(|other| other.trouble.code == first.trouble.code);
    if !all_alike {
        return found;
    }
    let mut trouble = first.trouble.clone();
    trouble.text = format!("all {mailboxes} mailboxes, the first: {}", trouble.text);
    vec![Found { place: format!("{side} tenant"), trouble }]
}

fn refusal(found: Vec<Found>) -> Refusal {
    let unreachable = found.iter().all(|found| found.trouble.is_unreachable());
    let kind = if unreachable { RefusalKind::Unreachable } else { RefusalKind::Refused };
    let code = found[0].trouble.code;
    let text = match found.as_slice() {
        [only] => format!("the project is not submitted: {}", said(only)),
        several => format!("the project is not submitted: {} problems", several.len()),
    };
    let details = found
        .into_iter()
        .map(|found| Detail::new(found.trouble.code, found.place.clone(), said(&found)))
        .collect();
    Refusal::new(kind, code, text).with(details)
}

/// The sentence, with its place.
fn said(found: &Found) -> String {
    let Found { place, trouble } = found;
    if trouble.text.starts_with(place.as_str()) {
        return trouble.text.clone();
    }
    format!("{place}: {}", trouble.text)
}

#[cfg(test)]
mod tests {
    use longhaul_core::code::{EWS_FORBIDDEN, EWS_UNREACHABLE, MAILBOX_NOT_FOUND};

    use super::*;

    fn found(code: Code, name: &str) -> Found {
        let place = format!("source mailbox {name}@old.example");
        Found { trouble: Trouble::lasting(code, format!("{place}: no")), place }
    }

    #[test]
    fn what_all_mailboxes_say_is_said_once_for_the_tenant() {
        let all = vec![found(EWS_FORBIDDEN, "a"), found(EWS_FORBIDDEN, "b")];
        let one = summed_up(all.clone(), 2, Side::Source);
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].place, "source tenant");
        assert_eq!(summed_up(all.clone(), 3, Side::Source), all);
    }

    #[test]
    fn different_problems_are_all_named() {
        let all = vec![found(EWS_FORBIDDEN, "a"), found(MAILBOX_NOT_FOUND, "b")];
        let refusal = refusal(summed_up(all, 2, Side::Source));
        let codes: Vec<_> = refusal.details.iter().map(|detail| detail.code).collect();
        assert_eq!(codes, [EWS_FORBIDDEN, MAILBOX_NOT_FOUND]);
        assert_eq!(refusal.kind, RefusalKind::Refused);
    }

    #[test]
    fn an_endpoint_that_cannot_be_reached_is_not_called_a_refusal() {
        let refusal = refusal(vec![found(EWS_UNREACHABLE, "a")]);
        assert_eq!(refusal.kind, RefusalKind::Unreachable);
        assert_eq!(refusal.code, EWS_UNREACHABLE);
    }
}
